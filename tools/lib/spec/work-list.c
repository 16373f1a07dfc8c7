/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-list.c - all work of a test, wherever it stands, and its programs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/spec/test.h"

/* The work of number *@index among that of @c; else *@index is less by all of
 * it. */
static const struct work *work_among(const struct cgroup_def *c, size_t count,
				     size_t *index)
{
	for (size_t i = 0; i < count; i++) {
		if (*index < c[i].work_count)
			return &c[i].work[*index];
		*index -= c[i].work_count;
	}
	return NULL;
}

/* The same of the ops that spawn. */
static const struct work *work_spawned(const struct step *s, size_t *index)
{
	for (size_t i = 0; i < s->op_count; i++) {
		if (s->op[i].work && (*index)-- == 0)
			return s->op[i].work;
	}
	return NULL;
}

const struct work *test_work(const struct test *t, size_t index)
{
	const struct work *w = work_among(t->cgroup, t->cgroup_count, &index);

	for (size_t i = 0; !w && i < t->step_count; i++) {
		w = work_spawned(&t->step[i], &index);
		if (!w)
			w = work_among(t->step[i].cgroup,
				       t->step[i].cgroup_count, &index);
	}
	if (!w && index < t->payload_count)
		w = &t->payload[index].run;
	return w;
}

static bool is_name_of_file(const char *word)
{
	return *word && word[strlen(word) - 1] != '/';
}

static void check_files(const struct payload *p, struct diag *d)
{
	for (size_t i = 0; i < p->file_count; i++) {
		const struct payload_file *f = &p->file[i];
		struct stat st;

		if (stat(f->path, &st) < 0)
			diag_add(d, &f->at, "cannot take '%s' along: %s",
				 f->path, strerror(errno));
		else if (!S_ISREG(st.st_mode))
			diag_add(d, &f->at, "'%s' is no plain file", f->path);
	}
}

void test_check_programs(const struct test *t, struct diag *d)
{
	const struct work *w;

	tuning_check_files(&t->tuning, d);
	for (size_t i = 0; i < t->payload_count; i++)
		check_files(&t->payload[i], d);

	for (size_t i = 0; (w = test_work(t, i)); i++) {
		auto_free char *path = NULL;

		/* A name without its end was complained of before. */
		if (!w->program || !is_name_of_file(w->program[0]))
			continue;
		path = work_program_host(w);
		if (!path && !strchr(w->program[0], '/'))
			diag_add(d, &w->at_program, "'%s' is not in PATH",
				 w->program[0]);
		else if (!path)
			diag_add(d, &w->at_program, "cannot run '%s': %s",
				 w->program[0], strerror(errno));
	}
}
