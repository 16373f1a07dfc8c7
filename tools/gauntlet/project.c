/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/project.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/profile.h"
#include "tools/lib/spec/read.h"

static char *read_text(const char *path, struct diag *d)
{
	struct why why;
	char *text;

	if (conf_load(path, d, &text, &why) < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	return text;
}

static void read_sched(struct project *p, const char *path)
{
	struct sched_file *f;

	p->sched = must(
		reallocarray(p->sched, p->sched_count + 1, sizeof(*p->sched)));
	f = &p->sched[p->sched_count];
	*f = (struct sched_file){ 0 };
	if (strcmp(path, "none") != 0) {
		f->path = path;
		f->text = read_text(path, &p->d);
		if (sched_parse(path, f->text, &p->d, &f->sched) < 0)
			die(EX_BROKEN, "out of memory");
	}
	for (size_t i = 0; i < p->sched_count; i++) {
		if (strcmp(sched_file_name(&p->sched[i]), sched_file_name(f)) ==
		    0)
			die(EX_USAGE, "two schedulers are named '%s'",
			    sched_file_name(f));
	}
	p->sched_count++;
}

static void read_test(struct project *p, const char *path)
{
	struct test_file *f;

	p->test = must(
		reallocarray(p->test, p->test_count + 1, sizeof(*p->test)));
	f = &p->test[p->test_count];
	*f = (struct test_file){ .path = path };
	f->text = read_text(path, &p->d);
	if (test_parse(path, f->text, &p->d, &f->test) < 0)
		die(EX_BROKEN, "out of memory");
	for (size_t i = 0; i < p->test_count; i++) {
		if (strcmp(p->test[i].test.name, f->test.name) == 0)
			die(EX_USAGE, "two tests are named '%s': '%s' and '%s'",
			    f->test.name, p->test[i].path, path);
	}
	p->test_count++;
}

/* Complain about a test whose scheduler is not there. */
static void check_scheduler(struct project *p, const struct test *t)
{
	const char **names = must(calloc(p->sched_count + 1, sizeof(*names)));
	bool there = !t->scheduler;

	for (size_t i = 0; i < p->sched_count; i++) {
		names[i] = sched_file_name(&p->sched[i]);
		there |= t->scheduler && strcmp(names[i], t->scheduler) == 0;
	}
	if (!there) {
		diag_add(&p->d, place_of(&t->conf, "test", "", "scheduler"),
			 "scheduler '%s' is not declared by any file given",
			 t->scheduler);
		diag_hint(&p->d, diag_nearest(t->scheduler, names));
	}
	free(names);
}

static bool wants_none(const struct project *p)
{
	for (size_t i = 0; i < p->sched_count; i++) {
		if (!p->sched[i].path)
			return false; /* it is there already */
	}
	for (size_t i = 0; i < p->test_count; i++) {
		const char *name = p->test[i].test.scheduler;

		if (name && strcmp(name, "none") == 0)
			return true;
	}
	return p->sched_count == 0;
}

void project_read(char *const *schedulers, char *const *tests, bool alone,
		  struct project *ret)
{
	*ret = (struct project){ 0 };
	for (; schedulers && *schedulers; schedulers++)
		read_sched(ret, *schedulers);
	for (; tests && *tests; tests++)
		read_test(ret, *tests);
	if (wants_none(ret)) {
		bool implied = ret->sched_count > 0;

		read_sched(ret, "none");
		ret->sched[ret->sched_count - 1].implied = implied;
	}
	for (size_t i = 0; !alone && i < ret->test_count; i++)
		check_scheduler(ret, &ret->test[i].test);
}

void project_stop_on_complaints(const struct project *p)
{
	if (!p->d.count)
		return;
	fputs(str_text(&p->d.out), stderr);
	exit(EX_USAGE);
}

void project_done(struct project *p)
{
	for (size_t i = 0; i < p->sched_count; i++) {
		free(p->sched[i].text);
		if (p->sched[i].path)
			sched_done(&p->sched[i].sched);
	}
	for (size_t i = 0; i < p->test_count; i++) {
		free(p->test[i].text);
		test_done(&p->test[i].test);
	}
	free(p->sched);
	free(p->test);
	diag_done(&p->d);
}

const struct sched *sched_file_declaration(const struct sched_file *s)
{
	return s->path ? &s->sched : NULL;
}

const char *sched_file_name(const struct sched_file *s)
{
	return s->path ? s->sched.name : "none";
}

bool project_runs_on(const struct test *t, const struct sched_file *s)
{
	if (t->scheduler)
		return strcmp(t->scheduler, sched_file_name(s)) == 0;
	return !s->implied;
}

struct topology project_own_topology(const struct test *t,
				     const struct sched *s)
{
	const struct test under = test_under(t, s);

	return test_own_topology(&under,
				 s && s->has_topology ? &s->topology : NULL);
}

/* Complain about each of @flags that @s does not declare. */
static void check_flags(struct project *p, const struct test *t,
			const struct sched *s, char *const *flags,
			const char *key)
{
	const char **names;

	if (!flags)
		return;
	names = must(calloc((s ? s->flag_count : 0) + 1, sizeof(*names)));
	for (size_t i = 0; s && i < s->flag_count; i++)
		names[i] = s->flag[i].name;
	for (; *flags; flags++) {
		if (s && sched_flag_find(s, *flags))
			continue;
		diag_add(&p->d, place_of(&t->conf, "test", "", key),
			 "scheduler '%s' declares no flag '%s'",
			 s ? s->name : "none", *flags);
		diag_hint(&p->d, diag_nearest(*flags, names));
	}
	free(names);
}

/* The machine came from elsewhere if the test has none of its own. */
static void check_limits(struct project *p, const struct test *t,
			 const struct sched *s, const struct topology *m)
{
	const char *key = NULL;
	char shape[TOPOLOGY_TEXT_SIZE];

	if (t->has_topology)
		return; /* test_parse() has looked */
	if (m->nodes < t->min_nodes)
		key = "min-nodes";
	else if (m->llcs < t->min_llcs)
		key = "min-llcs";
	else if (topology_cpus(m) < t->min_cpus)
		key = "min-cpus";
	else if (t->requires_smt && !topology_has_smt(m))
		key = "requires-smt";
	if (!key)
		return;
	topology_format(m, shape);
	diag_add(&p->d, place_of(&t->conf, "test", "", key),
		 "the machine %s%s%s%s is too small for this; say 'topology =' "
		 "in the test",
		 shape, s ? " of scheduler '" : "", s ? s->name : "",
		 s ? "'" : "");
}

void project_check_own_machine(struct project *p, const struct test *t,
			       const struct sched *s)
{
	struct topology own = project_own_topology(t, s);
	const struct test under = test_under(t, s);
	unsigned int before = p->d.count;

	check_limits(p, &under, s, &own);
	if (p->d.count == before)
		test_check_fit(t, &own, &p->d);
}

/* Limits of both files that no machine can meet. */
static void check_ranges(struct project *p, const struct test *t,
			 const struct sched *s)
{
	const struct test u = test_under(t, s);
	const struct {
		const char *key[2];
		unsigned int min, max;
	} range[] = {
		{ { "min-nodes", "max-nodes" }, u.min_nodes, u.max_nodes },
		{ { "min-llcs", "max-llcs" }, u.min_llcs, u.max_llcs },
		{ { "min-cpus", "max-cpus" }, u.min_cpus, u.max_cpus },
	};

	for (size_t i = 0; s && i < 3; i++) {
		if (range[i].min > range[i].max)
			diag_add(&p->d, place_of(&t->conf, "test", "", ""),
				 "with the limits of scheduler '%s', %s %u is "
				 "above %s %u",
				 s->name, range[i].key[0], range[i].min,
				 range[i].key[1], range[i].max);
	}
}

void project_check_pair(struct project *p, const struct test *t,
			const struct sched *s)
{
	unsigned int before = p->d.count;
	struct profile profile;
	struct why why;
	int r;

	check_flags(p, t, s, t->required_flags, "required-flags");
	check_flags(p, t, s, t->excluded_flags, "excluded-flags");
	if ((!s || !s->binary) && t->extra_args)
		diag_add(&p->d, place_of(&t->conf, "test", "", "args"),
			 "there is no scheduler that could take arguments");
	if ((!s || !s->binary) && t->watchdog_ns)
		diag_add(&p->d, place_of(&t->conf, "test", "", "watchdog"),
			 "there is no scheduler of sched_ext that could have a "
			 "watchdog");
	if ((!s || !s->binary) && t->verifier)
		diag_add(&p->d, place_of(&t->conf, "test", "", "verifier"),
			 "there is no scheduler of sched_ext that could have "
			 "programs to verify");
	if ((!s || !s->binary) && t->exit_dump)
		diag_add(&p->d, place_of(&t->conf, "test", "", "exit-dump"),
			 "there is no scheduler of sched_ext that could be "
			 "taken out");
	if ((!s || !s->binary) && test_scheduler_op(t))
		diag_add(&p->d, &test_scheduler_op(t)->at,
			 "there is no scheduler of sched_ext for op '%s'",
			 op_kind_names[test_scheduler_op(t)->kind]);
	check_ranges(p, t, s);
	if (p->d.count == before) {
		r = profile_of_test(s, t, &profile, &why);
		if (r == -ENOMEM)
			die(EX_BROKEN, "out of memory");
		if (r < 0)
			diag_add(&p->d,
				 place_of(&t->conf, "test", "",
					  "required-flags"),
				 "%s", why.text);
		else
			profile_done(&profile);
	}
}
