/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check.c - "ktstr-gauntlet check": all mistakes in files, before any run. */
#include <stdio.h>
#include <string.h>

#include "tools/gauntlet/project.h"
#include "tools/lib/words.h"

static bool ends_with(const char *path, const char *ending)
{
	size_t len = strlen(path), tail = strlen(ending);

	return len > tail && strcmp(path + len - tail, ending) == 0;
}

static void sort_by_ending(const struct request *req, char ***ret_schedulers,
			   char ***ret_tests)
{
	for (char **path = req->operand; *path; path++) {
		bool is_test = ends_with(*path, ".test");

		if (!is_test && !ends_with(*path, ".sched"))
			die(EX_USAGE,
			    "'%s' ends neither in .sched nor in .test", *path);
		if (words_append(is_test ? ret_tests : ret_schedulers, *path) <
		    0)
			die(EX_BROKEN, "out of memory");
	}
	for (char **path = req->sched; path && *path; path++) {
		if (words_append(ret_schedulers, *path) < 0)
			die(EX_BROKEN, "out of memory");
	}
}

/* Without a declaration only a machine of the test's own is known. */
static void check_alone(struct project *p)
{
	for (size_t i = 0; i < p->test_count; i++) {
		const struct test *t = &p->test[i].test;

		if (t->has_topology)
			test_check_fit(t, &t->topology, &p->d);
	}
}

static void check_pairs(struct project *p)
{
	for (size_t i = 0; i < p->sched_count * p->test_count; i++) {
		const struct sched_file *s = &p->sched[i / p->test_count];
		const struct test *t = &p->test[i % p->test_count].test;

		if (!project_runs_on(t, s))
			continue;
		project_check_pair(p, t, sched_file_declaration(s));
		project_check_own_machine(p, t, sched_file_declaration(s));
	}
}

int command_check(const struct request *req)
{
	char **schedulers = NULL, **tests = NULL;
	struct project p;

	sort_by_ending(req, &schedulers, &tests);
	project_read(schedulers, tests, !schedulers, &p);
	for (size_t i = 0; i < p.test_count; i++)
		test_check_programs(&p.test[i].test, &p.d);
	for (size_t i = 0; p.d.count == 0 && i < p.sched_count; i++) {
		if (p.sched[i].path)
			sched_check_files(&p.sched[i].sched, &p.d);
	}
	if (p.d.count == 0 && schedulers)
		check_pairs(&p);
	else if (p.d.count == 0)
		check_alone(&p);
	project_stop_on_complaints(&p);
	detail("%zu tests and %zu declarations are right", p.test_count,
	       words_count(schedulers));
	project_done(&p);
	words_free(schedulers);
	words_free(tests);
	return EX_PASS;
}
