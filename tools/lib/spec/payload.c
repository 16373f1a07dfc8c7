/* SPDX-License-Identifier: GPL-2.0-or-later */
/* payload.c - the section "[payload NAME]". */
#include "tools/lib/spec/payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/test-parts.h"
#include "tools/lib/words.h"

#define MS	1000000ULL
#define HOUR_NS (3600 * 1000 * MS)

const char *const payload_output_names[PAYLOAD_OUTPUTS + 1] = { "exit-code",
								"json", "regex",
								NULL };

static int read_command(struct payload *p, const struct conf_entry *e,
			struct diag *d)
{
	if (!*e->value) {
		diag_add(d, &e->at_key,
			 "'command' needs a program: command = fio job.fio");
		return 0;
	}
	return work_read_program(e->value, &e->at_value, d, &p->run);
}

static void read_output(struct payload *p, const struct conf_entry *e,
			struct diag *d)
{
	for (size_t i = 0; i < PAYLOAD_OUTPUTS; i++) {
		if (strcmp(payload_output_names[i], e->value) != 0)
			continue;
		p->output = (enum payload_output)i;
		return;
	}
	diag_add(d, &e->at_value,
		 "'output' is json, regex or exit-code, not '%s'", e->value);
	diag_hint(d, diag_nearest(e->value, payload_output_names));
}

static void read_start(struct payload *p, const struct conf_entry *e,
		       struct diag *d)
{
	p->by_op = strcmp(e->value, "op") == 0;
	if (!p->by_op && strcmp(e->value, "test") != 0)
		diag_add(d, &e->at_value, "'start' is test or op, not '%s'",
			 e->value);
}

static int read_cgroup(struct payload *p, const struct conf_entry *e)
{
	p->cgroup = strdup(e->value);
	return p->cgroup ? 0 : -ENOMEM;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int read_file(struct payload *p, const struct conf_entry *e,
		     struct diag *d)
{
	const char *name = name_of(e->value);
	struct payload_file *f;

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		diag_add(d, *e->value ? &e->at_value : &e->at_key,
			 "'file' is the path of one file");
		return 0;
	}
	for (size_t i = 0; i < p->file_count; i++) {
		if (strcmp(name_of(p->file[i].path), name) == 0)
			diag_add(d, &e->at_value,
				 "a second file '%s', the first is in line %u: "
				 "all are in one folder",
				 name, p->file[i].at.line);
	}
	f = reallocarray(p->file, p->file_count + 1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	p->file = f;
	f += p->file_count++;
	*f = (struct payload_file){ strdup(e->value), e->at_value };
	return f->path ? 0 : -ENOMEM;
}

static int read_entry(struct payload *p, const struct conf_entry *e,
		      struct diag *d)
{
	static const char *const keys[] = { "command", "output",  "metric",
					    "status",  "timeout", "cgroup",
					    "start",   "file",	  NULL };

	if (strcmp(e->key, "command") == 0)
		return read_command(p, e, d);
	if (strcmp(e->key, "metric") == 0)
		return payload_read_metric(p, e, d);
	if (strcmp(e->key, "file") == 0)
		return read_file(p, e, d);
	if (strcmp(e->key, "cgroup") == 0)
		return read_cgroup(p, e);
	if (strcmp(e->key, "output") == 0)
		read_output(p, e, d);
	else if (strcmp(e->key, "status") == 0)
		read_count(e, d, 0, 125, &p->status);
	else if (strcmp(e->key, "timeout") == 0)
		read_time(e, d, MS, HOUR_NS, &p->timeout_ns);
	else if (strcmp(e->key, "start") == 0)
		read_start(p, e, d);
	else
		complain_of_name(d, &e->at_key, "key", e->key, keys, NULL);
	return 0;
}

static void check_name(const struct test *t, const struct conf_section *s,
		       struct diag *d)
{
	if (!*s->name)
		diag_add(d, &s->at, "a payload needs a name: [payload fio]");
	else if (!is_name(s->name, "-_.") || strlen(s->name) > PAYLOAD_NAME_MAX)
		diag_add(d, &s->at,
			 "'%s' is no name of a payload: at most %d letters, "
			 "digits, '-', '_' and '.'",
			 s->name, PAYLOAD_NAME_MAX);
	if (t->payload_count == PAYLOADS_MAX)
		diag_add(d, &s->at, "a test has at most %d payloads",
			 PAYLOADS_MAX);
	for (size_t i = 0; *s->name && i < t->payload_count; i++) {
		if (strcmp(t->payload[i].name, s->name) == 0)
			diag_add(d, &s->at,
				 "a second payload '%s', the first is in line "
				 "%u",
				 s->name, t->payload[i].at.line);
	}
}

/* What no single entry tells. */
static void check_all(const struct payload *p, struct diag *d)
{
	if (!p->run.at_program.text)
		diag_add(d, &p->at,
			 "payload '%s' has no 'command', the program that it "
			 "runs",
			 p->name);
	if (p->output != PAYLOAD_EXIT_CODE && !p->metric_count)
		diag_add(d, &p->at,
			 "payload '%s' has no 'metric': nothing of its output "
			 "would be judged",
			 p->name);
	for (size_t i = 0; i < p->metric_count; i++)
		payload_check_metric(p, &p->metric[i], d);
}

int test_read_payload(struct test *t, const struct conf_section *s,
		      struct diag *d)
{
	struct payload *p;
	int r = 0;

	check_name(t, s, d);
	p = reallocarray(t->payload, t->payload_count + 1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	t->payload = p;
	p += t->payload_count++;
	*p = (struct payload){ .name = strdup(s->name),
			       .run = { .type = WORK_EXEC },
			       .at = s->at };
	if (!p->name)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < s->entry_count; i++) {
		const struct conf_entry *e = &s->entry[i];

		if (strcmp(e->key, "metric") == 0 ||
		    strcmp(e->key, "file") == 0 || !is_repeated(s, i, d))
			r = read_entry(p, e, d);
	}
	if (r == 0)
		check_all(p, d);
	return r;
}

void payload_folder(const struct payload *p, struct str *ret)
{
	str_addf(ret, "/payloads/%s", p->name);
}

void payload_file_guest(const struct payload *p, size_t index, struct str *ret)
{
	payload_folder(p, ret);
	str_addf(ret, "/%s", name_of(p->file[index].path));
}

void payload_done(struct payload *p)
{
	for (size_t i = 0; i < p->metric_count; i++) {
		free(p->metric[i].name);
		free(p->metric[i].match);
		free(p->metric[i].unit);
	}
	for (size_t i = 0; i < p->file_count; i++)
		free(p->file[i].path);
	free(p->file);
	free(p->metric);
	work_done(&p->run);
	free(p->cgroup);
	free(p->name);
	*p = (struct payload){ 0 };
}
