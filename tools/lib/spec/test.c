/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test.c - a .test file: its sections, and what they must have in common. */
#include "tools/lib/spec/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/test-parts.h"
#include "tools/lib/words.h"

#define MS 1000000ULL

static const char *const section_names[] = { "test",  "cgroup",	 "step",
					     "check", "payload", NULL };
static const struct planned planned[] = {
	{ "backdrop", "cgroups above the first step live to the end" },
	{ NULL, NULL },
};

/* How often a section came that may come once, and any that is unknown. */
enum { SEEN_CHECK, SEEN_TEST, SEEN_UNKNOWN, SEEN_COUNT };

static int read_section(struct test *t, const struct conf_section *s,
			struct diag *d, unsigned int seen[SEEN_COUNT])
{
	bool is_test = strcmp(s->kind, "test") == 0;

	if (strcmp(s->kind, "cgroup") == 0)
		return test_read_cgroup(t, s, d);
	if (strcmp(s->kind, "step") == 0)
		return test_read_step(t, s, d);
	if (strcmp(s->kind, "payload") == 0)
		return test_read_payload(t, s, d);
	if (!is_test && strcmp(s->kind, "check") != 0) {
		if (*s->kind)
			complain_of_name(d, &s->at, "section", s->kind,
					 section_names, planned);
		seen[SEEN_UNKNOWN]++;
		return 0;
	}
	if (*s->name)
		diag_add(d, &s->at, "[%s] takes no name", s->kind);
	if (seen[is_test ? SEEN_TEST : SEEN_CHECK]++) {
		diag_add(d, &s->at, "a second [%s] section", s->kind);
		return 0;
	}
	if (is_test)
		return test_read_settings(t, s, d);
	for (size_t i = 0; i < s->entry_count; i++)
		checks_read_entry(&s->entry[i], d, &t->check);
	return 0;
}

/* A test without steps has one, which holds all the time. */
static int complete_steps(struct test *t, struct diag *d)
{
	if (t->step_count == 0) {
		t->step = calloc(1, sizeof(*t->step));
		if (!t->step)
			return -ENOMEM;
		t->step_count = 1;
		t->step->at = t->conf.section[0].at;
		t->step->name = strdup("run");
		if (!t->step->name)
			return -ENOMEM;
	}
	for (size_t i = 0; i < t->step_count; i++) {
		struct hold *hold = &t->step[i].hold;

		if (hold->is_share || hold->ns || hold->loop_ns)
			continue;
		if (t->step_count > 1)
			diag_add(
				d, &t->step[i].at,
				"step '%s' needs a hold, such as 'hold = "
				"50%%': only a single step holds for the whole "
				"duration by itself",
				t->step[i].name);
		*hold = (struct hold){ .is_share = true, .share = 1 };
	}
	return 0;
}

/* Groups of workers whose number comes from the test's "workers". */
static void check_groups(const struct test *t, const struct work *work,
			 size_t count, struct diag *d)
{
	const struct amount_machine m = { .workers = t->workers };

	for (size_t i = 0; work && i < count; i++) {
		unsigned int n;
		struct why why;

		if (!amount_is_set(&work[i].workers) &&
		    work_count(&work[i], &m, &n, &why) < 0)
			diag_add(d, &work[i].at, "%s", why.text);
	}
}

/* Without the controller cpu there is nothing to write these to. */
static void check_controller(const struct test *t, const struct cgroup_def *c,
			     struct diag *d)
{
	static const char *const keys[] = { "cpu-weight", "cpu-max", "uclamp" };
	const bool has[] = { c->weight > 0, c->has_max, c->has_uclamp };

	for (size_t i = 0; t->no_cpu_controller && i < 3; i++) {
		if (has[i])
			diag_add(d,
				 place_of(&t->conf, "cgroup", c->name, keys[i]),
				 "'%s' needs the controller cpu, and this test "
				 "has 'cpu-controller = no'",
				 keys[i]);
	}
}

static void check_cgroups(const struct test *t, const struct cgroup_def *c,
			  size_t count, struct diag *d)
{
	for (size_t i = 0; i < count; i++) {
		check_groups(t, c[i].work, c[i].work_count, d);
		check_controller(t, &c[i], d);
	}
}

static void check_op(const struct test *t, const struct op *op, struct diag *d)
{
	bool controlled = op->kind == OP_SET_WEIGHT || op->kind == OP_SET_MAX ||
			  op->kind == OP_SET_UCLAMP;

	check_groups(t, op->work, 1, d);
	if (t->no_cpu_controller && controlled)
		diag_add(d, &op->at,
			 "'%s' needs the controller cpu, and this test has "
			 "'cpu-controller = no'",
			 op_kind_names[op->kind]);
	if (op_is_of_scheduler(op) && t->scheduler &&
	    strcmp(t->scheduler, "none") == 0)
		diag_add(d, &op->at,
			 "'%s' is for a scheduler of sched_ext, and 'scheduler "
			 "= none' is none",
			 op_kind_names[op->kind]);
}

/* Does any cgroup of @c have workers? */
static bool any_work(const struct cgroup_def *c, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!c[i].empty)
			return true;
	}
	return false;
}

static bool any_cpuset(const struct cgroup_def *c, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (c[i].cpuset.kind != CPUSET_NONE)
			return true;
	}
	return false;
}

/* A loop to the end of the duration needs some of it. */
static void check_loops(const struct test *t, struct diag *d)
{
	for (size_t i = 0; i < t->step_count; i++) {
		const struct step *s = &t->step[i];

		if (s->hold.loop_ns && test_hold_ns(t, s) == 0)
			diag_add(d, &s->at,
				 "step '%s' loops to the end of the duration, "
				 "and the steps before it leave nothing",
				 s->name);
	}
}

/* A test that judges nothing would pass, so it is refused. */
static void check_purpose(const struct test *t, struct diag *d)
{
	const struct check_value *isolation = &t->check.value[CHECK_ISOLATION];
	bool work = any_work(t->cgroup, t->cgroup_count);
	bool cpuset = any_cpuset(t->cgroup, t->cgroup_count);

	check_cgroups(t, t->cgroup, t->cgroup_count, d);
	for (size_t i = 0; i < t->step_count; i++) {
		const struct step *s = &t->step[i];

		check_cgroups(t, s->cgroup, s->cgroup_count, d);
		work |= any_work(s->cgroup, s->cgroup_count);
		cpuset |= any_cpuset(s->cgroup, s->cgroup_count);
		for (size_t j = 0; j < s->op_count; j++) {
			check_op(t, &s->op[j], d);
			cpuset |= s->op[j].kind == OP_SET_CPUSET;
			work |= s->op[j].work != NULL;
		}
	}
	if (!work && !t->payload_count)
		diag_add(
			d, &t->conf.section[0].at,
			"nothing would run: there is no [cgroup] with work, and "
			"no [payload]");
	if (isolation->set && !isolation->off && !cpuset)
		diag_add(d, place_of(&t->conf, "check", "", "isolation"),
			 "'isolation = yes' has nothing to judge: no cgroup "
			 "has a cpuset");
}

static void set_defaults(struct test *t)
{
	*t = (struct test){
		.topology = topology_default,
		.duration_ns = 2000 * MS,
		.settle_ns = 500 * MS,
		.workers = 2,
		.min_nodes = 1,
		.max_nodes = 1,
		.min_llcs = 1,
		.max_llcs = 12,
		.min_cpus = 1,
		.max_cpus = 192,
	};
}

static int parse(const char *path, const char *text, struct diag *d,
		 struct test *ret)
{
	unsigned int seen[SEEN_COUNT] = { 0 };
	int r;

	set_defaults(ret);
	r = conf_parse(path, text, d, &ret->conf);
	if (r < 0)
		return r;
	ret->name = name_of_file(&ret->conf, ".test", d);
	if (!ret->name)
		return -ENOMEM;
	check_head(&ret->conf.section[0], d);
	for (size_t i = 1; r == 0 && i < ret->conf.section_count; i++)
		r = read_section(ret, &ret->conf.section[i], d, seen);
	if (r == 0)
		r = complete_steps(ret, d);
	/* What stands in a section that was not read must not be missed. */
	if (r < 0 || seen[SEEN_UNKNOWN])
		return r;
	check_purpose(ret, d);
	check_loops(ret, d);
	test_check_payloads(ret, d);
	return test_check_flow(ret, d);
}

int test_parse(const char *path, const char *text, struct diag *d,
	       struct test *ret)
{
	unsigned int before = d->count;
	int r = parse(path, text, d, ret);

	diag_sort(d, before);
	return r;
}

/* How long the ops of @s wait in one turn. */
static uint64_t waits_ns(const struct step *s)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < s->op_count; i++)
		ns += s->op[i].wait_ns;
	return ns;
}

/* What the steps before @s leave of the duration. */
static uint64_t rest_ns(const struct test *t, const struct step *s)
{
	uint64_t gone = 0;

	for (const struct step *p = t->step; p < s; p++) {
		if (p->hold.loop_ns && !p->hold.is_share && !p->hold.ns)
			return 0; /* it took all the rest */
		gone += test_hold_ns(t, p);
		if (!p->hold.loop_ns)
			gone += waits_ns(p);
	}
	return gone < t->duration_ns ? t->duration_ns - gone : 0;
}

uint64_t test_hold_ns(const struct test *t, const struct step *s)
{
	if (s->hold.is_share)
		return (uint64_t)((double)t->duration_ns * s->hold.share);
	return s->hold.ns ? s->hold.ns : rest_ns(t, s);
}

uint64_t test_run_ns(const struct test *t)
{
	uint64_t ns = t->settle_ns;

	/* The last turn of a loop may begin at its very end. */
	for (size_t i = 0; i < t->step_count; i++)
		ns += test_hold_ns(t, &t->step[i]) + waits_ns(&t->step[i]);
	for (size_t i = 0; i < t->payload_count; i++)
		ns += t->payload[i].timeout_ns;
	return ns;
}

static void step_done(struct step *s)
{
	for (size_t i = 0; i < s->op_count; i++)
		op_done(&s->op[i]);
	for (size_t i = 0; i < s->cgroup_count; i++)
		cgroup_def_done(&s->cgroup[i]);
	free(s->op);
	free(s->cgroup);
	free(s->name);
}

void test_done(struct test *t)
{
	for (size_t i = 0; i < t->cgroup_count; i++)
		cgroup_def_done(&t->cgroup[i]);
	for (size_t i = 0; i < t->step_count; i++)
		step_done(&t->step[i]);
	for (size_t i = 0; i < t->payload_count; i++)
		payload_done(&t->payload[i]);
	free(t->payload);
	free(t->cgroup);
	free(t->step);
	free(t->name);
	free(t->description);
	free(t->scheduler);
	words_free(t->required_flags);
	words_free(t->excluded_flags);
	words_free(t->needs_flags);
	words_free(t->tags);
	words_free(t->extra_args);
	restriction_done(&t->only);
	tuning_done(&t->tuning);
	conf_done(&t->conf);
	*t = (struct test){ 0 };
}
