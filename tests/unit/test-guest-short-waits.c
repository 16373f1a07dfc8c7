/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sums of waits and of idle times prove; each at its limit. */
#include "vmm/guest/short-waits.h"

#include "tests/unit/t.h"

#define CPUS	    4
#define WORKERS_MAX 8

static cpu_set_t first(unsigned int cpus)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		CPU_SET(cpu, &set);
	return set;
}

/* @count workers like @model, in a span of 1000, on CPUs that were idle so. */
static struct short_waits all[WORKERS_MAX];
static void find(const struct short_waits *model, size_t count,
		 const uint64_t idle[CPUS])
{
	struct short_waits *list[WORKERS_MAX];

	for (size_t i = 0; i < count; i++) {
		all[i] = model[i];
		all[i].known = true;
		list[i] = &all[i];
	}
	short_waits_find(list, count, idle, CPUS, 1000);
}

TEST(one_that_waits_longer_than_its_cpu_is_busy)
{
	cpu_set_t set = first(2), other = first(1);
	struct short_waits w[] = {
		{ .allowed = &set, .wait_ns = 401 },
		/* Not of the same class, so that nobody is few. */
		{ .allowed = &set, .run_ns = 1 },
		{ .allowed = &set, .run_ns = 1 },
	};

	find(w, 3, (uint64_t[CPUS]){ 300, 600, 1000, 1000 });
	CHECK_INT(all[0].idle_ns, 1);
	CHECK_INT(all[0].idle_cpu, 1);
	CHECK_INT(all[1].idle_ns, 0);
	w[0].wait_ns = 400;
	find(w, 3, (uint64_t[CPUS]){ 300, 600, 1000, 1000 });
	CHECK_INT(all[0].idle_ns, 0);
	/* What is idle besides its CPUs does not matter. */
	w[0].allowed = w[1].allowed = w[2].allowed = &other;
	w[0].wait_ns = 700;
	find(w, 3, (uint64_t[CPUS]){ 300, 600, 1000, 1000 });
	CHECK_INT(all[0].idle_ns, 0);
}

/* What the kernel adds to the sum when a wait ends may have been before. */
TEST(nobody_waits_for_longer_than_the_span)
{
	cpu_set_t set = first(2);
	struct short_waits w[] = {
		{ .allowed = &set, .wait_ns = 1032 },
		{ .allowed = &set, .run_ns = 1 },
		{ .allowed = &set, .run_ns = 1 },
	};

	find(w, 3, (uint64_t[CPUS]){ 0, 0, 1000, 1000 });
	CHECK_INT(all[0].idle_ns, 0);
	w[0].run_ns = 100;
	find(w, 3, (uint64_t[CPUS]){ 0, 150, 1000, 1000 });
	CHECK_INT(all[0].idle_ns, 50);
	CHECK_INT(all[0].idle_cpu, 1);
}

TEST(few_that_wait_leave_a_cpu_idle_unless_others_run)
{
	cpu_set_t set = first(4);
	/* Three on four CPUs, which run on two at a time, anywhere. */
	struct short_waits w[] = {
		{ .allowed = &set, .run_ns = 667, .wait_ns = 333 },
		{ .allowed = &set, .run_ns = 667, .wait_ns = 332 },
		{ .allowed = &set, .run_ns = 666, .wait_ns = 334 },
	};

	find(w, 3, (uint64_t[CPUS]){ 500, 500, 500, 500 });
	CHECK_INT(all[0].idle_ns, 0);
	CHECK_INT(all[2].idle_ns, 334);
	CHECK_INT(all[2].idle_cpu, 0);
	/* Others ran for 666: two of them at a time for 333. */
	find(w, 3, (uint64_t[CPUS]){ 334, 500, 0, 500 });
	CHECK_INT(all[2].idle_ns, 1);
	find(w, 3, (uint64_t[CPUS]){ 332, 500, 0, 500 });
	CHECK_INT(all[2].idle_ns, 0);
	/* Others may be as many as there are CPUs. */
	find(w, 3, (uint64_t[CPUS]){ 0, 0, 0, 0 });
	CHECK_INT(all[2].idle_ns, 0);
}

TEST(many_that_never_sleep_leave_no_cpu_idle)
{
	cpu_set_t set = first(2), more = first(3);
	struct short_waits w[] = {
		{ .allowed = &set, .always = true, .run_ns = 1 },
		{ .allowed = &set, .always = true, .run_ns = 1 },
		{ .allowed = &set, .run_ns = 1 },
	};

	find(w, 3, (uint64_t[CPUS]){ 7, 9, 1000, 1000 });
	CHECK_INT(all[1].idle_ns, 9);
	CHECK_INT(all[1].idle_cpu, 1);
	/* One of them sleeps. */
	w[0].always = false;
	find(w, 3, (uint64_t[CPUS]){ 7, 9, 1000, 1000 });
	for (int i = 0; i < 3; i++)
		CHECK_INT(all[i].idle_ns, 0);
	/* One of them may go to a third CPU. */
	w[0].always = true;
	w[0].allowed = &more;
	find(w, 3, (uint64_t[CPUS]){ 7, 9, 1000, 1000 });
	for (int i = 0; i < 3; i++)
		CHECK_INT(all[i].idle_ns, 0);
}

TEST(who_never_waits_is_not_heard)
{
	cpu_set_t set = first(4);
	struct short_waits w[] = {
		{ .allowed = &set, .always = true, .run_ns = 1000 },
		{ .allowed = &set, .always = true, .run_ns = 1000 },
	};

	find(w, 2, (uint64_t[CPUS]){ 0, 0, 1000, 1000 });
	CHECK_INT(all[0].idle_ns, 0);
	CHECK_INT(all[1].idle_ns, 0);
	CHECK_INT(all[1].idle_cpu, -1);
}

TEST(who_is_not_known_is_one_of_the_others)
{
	cpu_set_t set = first(2);
	struct short_waits w[] = {
		{ .allowed = &set,
		  .always = true,
		  .known = true,
		  .wait_ns = 300 },
		{ .allowed = &set, .always = true },
		{ .allowed = &set },
	};
	struct short_waits *list[] = { &w[0], &w[1], &w[2] };
	uint64_t idle[CPUS] = { 500, 400, 0, 0 };

	/* 1100 for others, of whom two have to run to leave no CPU idle. */
	w[1].always = false;
	w[0].wait_ns = 551;
	short_waits_find(list, 3, idle, CPUS, 1000);
	CHECK_INT(w[0].idle_ns, 51);
	idle[0] = 0;
	idle[1] = 898;
	w[0].wait_ns = 552;
	short_waits_find(list, 3, idle, CPUS, 1000);
	CHECK_INT(w[0].idle_ns, 450); /* what both have in common */
	/* But it counts among those that never sleep. */
	w[1].always = true;
	short_waits_find(list, 3, idle, CPUS, 1000);
	CHECK_INT(w[1].idle_ns, 898);
}
