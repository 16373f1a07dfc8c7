/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/dump-line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "vmm/facts.h"

json_t *dump_text(const char *text)
{
	json_t *s = json_string(text);

	return s ? s : json_string("?");
}

/* A whole decimal or hexadecimal number as such; all else is text, and so are
 * masks, and numbers of queues, which have all of 64 bits. */
static json_t *value_json(const char *key, const char *text)
{
	int base = strncmp(text, "0x", 2) == 0 ? 16 : 10;
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, base);
	if (end == text || *end || errno || strcmp(key, "cpus") == 0 ||
	    strcmp(key, "dsq_id") == 0)
		return dump_text(text);
	return json_integer(n);
}

/* The part before the next "/", which is cut off; the last for ever. */
static char *next_part(char **rest)
{
	char *part = *rest, *slash = strchr(part, '/');

	if (slash)
		*slash = '\0';
	*rest = slash ? slash + 1 : part + strlen(part);
	return part;
}

/* "b/c=2/0x3" are two. */
static void add_pair(char *key, char *value, json_t *values)
{
	if (!strchr(key, '/')) {
		json_object_set_new(values, key, value_json(key, value));
		return;
	}
	while (*key) {
		char *name = next_part(&key), *its = next_part(&value);

		json_object_set_new(values, name, value_json(name, its));
	}
}

bool dump_values(const char *line, json_t *values)
{
	auto_free char *copy = strdup(line);
	char *rest = copy, *word, *value;

	for (const char *at = line + strspn(line, " "); *at;) {
		size_t len = strcspn(at, " ");

		if (!memchr(at, '=', len) || *at == '=')
			return false;
		at += len + strspn(at + len, " ");
	}
	while (copy && (word = strtok_r(rest, " ", &rest)) &&
	       (value = strchr(word, '='))) {
		*value = '\0';
		add_pair(word, value + 1, values);
	}
	return true;
}

/* "NAME[PID]"; names have any characters, brackets too. */
static bool set_task(json_t *o, const char *text, size_t len)
{
	auto_free char *copy = strndup(text, len);
	char *open = copy ? strrchr(copy, '[') : NULL, *end;
	long long pid;

	if (!open)
		return false;
	pid = strtoll(open + 1, &end, 10);
	if (end == open + 1 || strcmp(end, "]") != 0)
		return false;
	*open = '\0';
	json_object_set_new(o, "comm", dump_text(copy));
	json_object_set_new(o, "pid", json_integer(pid));
	return true;
}

json_t *dump_cpu(const char *line)
{
	json_t *o, *values = json_object();
	int number, at = 0;

	if (sscanf(line, "CPU %d%*[ ]:%n", &number, &at) != 1 || !at) {
		at = 0;
		if (sscanf(line, "CPU %d:%n", &number, &at) != 1 || !at)
			goto none;
	}
	if (!dump_values(line + at, values))
		goto none;
	o = json_object();
	json_object_set_new(o, "cpu", json_integer(number));
	json_object_set_new(o, "curr", json_null());
	json_object_set_new(o, "values", values);
	json_object_set_new(o, "scheduler", json_array());
	json_object_set_new(o, "tasks", json_array());
	return o;
none:
	json_decref(values);
	return NULL;
}

json_t *dump_task(const char *line)
{
	const char *end = strrchr(line, ']');
	char state[2] = { 0 };
	long long ms;
	json_t *o;

	if (line[0] != ' ' || (line[1] != ' ' && line[1] != '*') || !line[2] ||
	    line[3] != ' ' || !end || sscanf(end + 1, " %lldms", &ms) != 1)
		return NULL;
	o = json_object();
	state[0] = line[2];
	json_object_set_new(o, "current", json_boolean(line[1] == '*'));
	json_object_set_new(o, "state", dump_text(state));
	json_object_set_new(o, "runnable_ms", json_integer(ms));
	json_object_set_new(o, "values", json_object());
	json_object_set_new(o, "scheduler", json_array());
	json_object_set_new(o, "backtrace", json_array());
	if (set_task(o, line + 4, (size_t)(end + 1 - line) - 4))
		return o;
	json_decref(o);
	return NULL;
}

void dump_current(const char *line, json_t *cpu)
{
	const char *name = strstr(line, "curr=") + strlen("curr=");
	const char *class = strstr(name, "] class=");
	json_t *o = json_object();

	if (class && set_task(o, name, (size_t)(class + 1 - name))) {
		json_object_set_new(o, "class",
				    dump_text(class + strlen("] class=")));
		json_object_set_new(cpu, "curr", o);
		return;
	}
	json_decref(o);
}

bool dump_is_function(const char *line)
{
	const char *name = line + strspn(line, " ");
	size_t len = strcspn(name, "+ ");

	return name - line == 4 && len > 0 &&
	       strncmp(name + len, "+0x", 3) == 0;
}

const json_t *dump_find_task(const json_t *cpu, const char *who)
{
	const json_t *tasks = json_object_get(cpu, "tasks");

	for (size_t i = 0; i < json_array_size(tasks); i++) {
		const json_t *t = json_array_get(tasks, i);
		auto_str struct str its = { 0 };

		str_addf(&its, "%s[%lld]", facts_text(t, "comm"),
			 (long long)facts_int(t, "pid"));
		if (strcmp(str_text(&its), who) == 0)
			return t;
	}
	return NULL;
}
