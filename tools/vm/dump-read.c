/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/dump-read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/vm/dump-line.h"

#define EVENT "sched_ext_dump: "

/* What the lines that come belong to. */
enum part { HEAD, BACKTRACE, CPUS };

/**
 * struct reader - where we are
 * @dump, @cpu, @task: the last that began, or NULL
 * @blank: the line before was empty
 * @name, @at_ns: of the op that asks for the next one
 */
struct reader {
	json_t *dumps, *dump, *cpu, *task;
	enum part part;
	bool blank, traced;
	char name[128];
	json_int_t at_ns;
};

static json_t *add_list(json_t *o, const char *key)
{
	json_t *list = json_object_get(o, key);

	if (list)
		return list;
	list = json_array();
	json_object_set_new(o, key, list);
	return list;
}

static void begin(struct reader *r)
{
	r->dump = json_object();
	r->cpu = r->task = NULL;
	r->part = HEAD;
	json_array_append_new(r->dumps, r->dump);
	json_object_set_new(r->dump, "source",
			    json_string(r->traced ? "trace" : "log"));
	json_object_set_new(r->dump, "name",
			    *r->name ? json_string(r->name) : json_null());
	json_object_set_new(r->dump, "at_ns",
			    *r->name ? json_integer(r->at_ns) : json_null());
	*r->name = '\0';
	json_object_set_new(r->dump, "truncated", json_false());
	(void)add_list(r->dump, "backtrace");
	(void)add_list(r->dump, "scheduler");
	(void)add_list(r->dump, "cpus");
}

/* Its first line. Return: it is one. */
static bool read_first(struct reader *r, const char *line)
{
	static const char asked[] = "Debug dump triggered by ";
	const char *kind = strstr(line, "] triggered exit kind ");
	char who[128];

	if (strncmp(line, asked, sizeof(asked) - 1) == 0) {
		begin(r);
		json_object_set_new(r->dump, "kind", json_integer(0));
		json_object_set_new(r->dump, "reason",
				    dump_text(line + sizeof(asked) - 1));
		return true;
	}
	if (!kind)
		return false;
	begin(r);
	snprintf(who, sizeof(who), "%.*s", (int)(kind + 1 - line), line);
	json_object_set_new(r->dump, "by", dump_text(who));
	json_object_set_new(
		r->dump, "kind",
		json_integer(strtoll(kind + strlen("] triggered exit kind "),
				     NULL, 10)));
	return true;
}

static void add_line(json_t *o, const char *key, const char *line)
{
	json_array_append_new(add_list(o, key), dump_text(line));
}

/* Above "CPU states": why, the functions that led there, and what the
 * scheduler's dump() says. */
static void read_head(struct reader *r, const char *line)
{
	const char *end = line + strlen(line);

	if (strcmp(line, "CPU states") == 0) {
		r->part = CPUS;
	} else if (strcmp(line, "Backtrace:") == 0 && r->blank) {
		r->part = BACKTRACE;
	} else if (r->part == BACKTRACE && !r->blank) {
		add_line(r->dump, "backtrace", line + strspn(line, " "));
	} else if (!json_object_get(r->dump, "reason") &&
		   strncmp(line, "  ", 2) == 0) {
		const char *message = strstr(line, " (");
		auto_free char *reason =
			strndup(line + 2, message ? (size_t)(message - line) - 2
						  : strlen(line) - 2);

		json_object_set_new(r->dump, "reason",
				    dump_text(reason ? reason : ""));
		if (message && end[-1] == ')') {
			auto_free char *text = strndup(
				message + 2, (size_t)(end - message) - 3);
			json_object_set_new(r->dump, "message",
					    dump_text(text ? text : ""));
		}
	} else {
		r->part = HEAD;
		add_line(r->dump, "scheduler", line);
	}
}

/* "  cpus_to_kick   : 0f" */
static bool read_mask(struct reader *r, const char *line)
{
	const char *colon = strstr(line, ": ");
	auto_free char *key = NULL;
	size_t len;

	if (r->blank || r->task || !colon || strncmp(line, "  ", 2) != 0)
		return false;
	len = strcspn(line + 2, " :");
	if (line + 2 + len > colon ||
	    strspn(line + 2 + len, " ") != (size_t)(colon - line) - 2 - len)
		return false;
	key = strndup(line + 2, len);
	if (key)
		json_object_set_new(json_object_get(r->cpu, "values"), key,
				    dump_text(colon + 2));
	return true;
}

/* A CPU's, or a task's. */
static void read_cpu_line(struct reader *r, const char *line)
{
	json_t *o = r->task ? r->task : r->cpu;

	if (strncmp(line, "          curr=", 15) == 0 && !r->task)
		dump_current(line, r->cpu);
	else if (strncmp(line, "      ", 6) == 0 && r->task && !r->blank &&
		 dump_values(line, json_object_get(r->task, "values")))
		return;
	else if (read_mask(r, line))
		return;
	else if (r->task && dump_is_function(line))
		add_line(o, "backtrace", line + strspn(line, " "));
	else
		add_line(o, "scheduler", line + strspn(line, " "));
}

static void read_cpus(struct reader *r, const char *line)
{
	json_t *o;

	if ((o = dump_cpu(line))) {
		r->cpu = o;
		r->task = NULL;
		json_array_append_new(add_list(r->dump, "cpus"), o);
	} else if (r->cpu && r->blank && (o = dump_task(line))) {
		r->task = o;
		json_array_append_new(add_list(r->cpu, "tasks"), o);
	} else if (r->cpu) {
		read_cpu_line(r, line);
	}
}

/* Our own words between the kernel's. */
static bool read_mark(struct reader *r, const char *line)
{
	char name[128];
	long long n;

	if (sscanf(line, "dump %127s %lld", name, &n) == 2) {
		memcpy(r->name, name, sizeof(name));
		r->at_ns = n;
		r->dump = NULL;
		return true;
	}
	if (sscanf(line, "dropped %lld", &n) != 1)
		return false;
	/* Of one that was asked for, nothing may be there at all. */
	if (!r->dump && *r->name) {
		begin(r);
		json_object_set_new(r->dump, "kind", json_integer(0));
	}
	if (r->dump)
		json_object_set_new(r->dump, "truncated", json_true());
	return true;
}

static void read_line(struct reader *r, const char *line)
{
	if (r->traced && strncmp(line, EVENT, strlen(EVENT)) == 0)
		line += strlen(EVENT);
	else if (r->traced && read_mark(r, line))
		return;
	/* What a program prints below its dump, UEI_REPORT() has this. */
	if (!r->traced && strncmp(line, "=====", 5) == 0)
		r->dump = NULL;
	if (!*line) {
		r->blank = true;
		return;
	}
	if (read_first(r, line))
		;
	else if (!r->dump)
		;
	else if (strstr(line, "~~~~ TRUNCATED ~~~~"))
		json_object_set_new(r->dump, "truncated", json_true());
	else if (strcmp(line, "----------") == 0)
		;
	else if (r->part == CPUS)
		read_cpus(r, line);
	else
		read_head(r, line);
	r->blank = false;
}

static void read_text(struct reader *r, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		auto_free char *line = strndup(text, len);

		if (line)
			read_line(r, line);
		text += len + (text[len] == '\n');
	}
	r->dump = NULL;
}

/* Is one of them of a scheduler's end? */
static bool has_exit(const json_t *dumps)
{
	for (size_t i = 0; i < json_array_size(dumps); i++) {
		if (json_object_get(json_array_get(dumps, i), "by"))
			return true;
	}
	return false;
}

json_t *dumps_read(const struct facts *f)
{
	struct reader r = { .dumps = json_array(), .traced = true };

	read_text(&r, str_text(&f->dump));
	r.traced = r.blank = false;
	*r.name = '\0';
	if (!has_exit(r.dumps))
		read_text(&r, str_text(&f->log));
	return r.dumps;
}

void dumps_text(const struct facts *f, struct str *ret)
{
	for (const char *at = str_text(&f->dump); *at;) {
		size_t len = strcspn(at, "\n");
		size_t skip = strncmp(at, EVENT, strlen(EVENT)) == 0
				      ? strlen(EVENT)
				      : 0;

		str_add_bytes(ret, at + skip, len - skip);
		str_add(ret, "\n");
		at += len + (at[len] == '\n');
	}
}

const json_t *dumps_task(const json_t *dumps, const char *who)
{
	for (size_t i = json_array_size(dumps); i > 0; i--) {
		const json_t *cpus =
			json_object_get(json_array_get(dumps, i - 1), "cpus");

		for (size_t c = 0; c < json_array_size(cpus); c++) {
			const json_t *t =
				dump_find_task(json_array_get(cpus, c), who);

			if (t)
				return t;
		}
	}
	return NULL;
}
