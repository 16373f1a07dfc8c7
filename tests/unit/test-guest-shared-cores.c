/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sums of run times and of idle times prove about cores; at the limit. */
#include <string.h>

#include "vmm/guest/shared-cores.h"

#include "tests/unit/t.h"

#define CPUS  8
#define CORES 4

static cpu_set_t core[CORES], all, low;
static struct short_waits worker[4];

/* Cores of two threads, 0-1 to 6-7. */
static void set_up(void)
{
	CPU_ZERO(&all);
	CPU_ZERO(&low);
	for (unsigned int i = 0; i < CORES; i++) {
		CPU_ZERO(&core[i]);
		CPU_SET(2 * i, &core[i]);
		CPU_SET(2 * i + 1, &core[i]);
		CPU_OR(&all, &all, &core[i]);
	}
	CPU_OR(&low, &core[0], &core[1]);
	for (unsigned int i = 0; i < 4; i++)
		worker[i] = (struct short_waits){ .allowed = &all,
						  .known = true,
						  .cpu = -1 };
}

/* Of the first @count workers, in a span of 1000. */
static struct shared_core find(size_t count, const uint64_t idle[CPUS])
{
	struct short_waits *list[4];
	struct shared_core ret;

	for (size_t i = 0; i < count; i++)
		list[i] = &worker[i];
	shared_core_find(list, count, core, CORES, idle, 1000, &ret);
	return ret;
}

TEST(two_on_a_core_while_another_is_idle)
{
	struct shared_core f;

	set_up();
	worker[0].cpu = 2;
	worker[0].run_ns = 900;
	worker[1].cpu = 3;
	worker[1].run_ns = 800;
	/* 700 together, and core 4-5 is idle for 301 at least. */
	f = find(2, (uint64_t[CPUS]){ 900, 0, 0, 0, 601, 700, 0, 0 });
	CHECK_INT(f.ns, 1);
	CHECK(f.one == &worker[0] && f.two == &worker[1]);
	CHECK_INT(f.cpu, 2);
	CHECK_INT(f.idle_cpu, 4);
	f = find(2, (uint64_t[CPUS]){ 900, 0, 0, 0, 600, 700, 0, 0 });
	CHECK_INT(f.ns, 0);
	CHECK(!f.one);
	f = find(2, (uint64_t[CPUS]){ 0, 0, 0, 0, 1000, 1000, 1000, 999 });
	CHECK_INT(f.ns, 700);
}

TEST(the_idle_core_must_be_one_that_they_may_use)
{
	static const uint64_t idle[CPUS] = { 0, 0, 0, 0, 1000, 1000, 0, 0 };

	set_up();
	for (int i = 0; i < 2; i++) {
		worker[i].cpu = i;
		worker[i].run_ns = 1000;
		worker[i].allowed = &low;
	}
	CHECK_INT(find(2, idle).ns, 0);
	worker[1].allowed = &all;
	CHECK_INT(find(2, idle).ns, 1000);
}

TEST(two_on_one_thread_do_not_run_at_once)
{
	static const uint64_t idle[CPUS] = { 0, 0, 0, 0, 1000, 1000, 0, 0 };

	set_up();
	for (int i = 0; i < 3; i++) {
		worker[i].cpu = i == 1;
		worker[i].run_ns = 400 + 100U * (unsigned int)i;
	}
	/* The longest of each thread: 600 and 500. */
	CHECK_INT(find(3, idle).ns, 100);
	worker[1].cpu = 0;
	CHECK_INT(find(3, idle).ns, 0);
}

TEST(who_moves_or_is_not_known_does_not_count)
{
	static const uint64_t idle[CPUS] = { 0, 0, 0, 0, 1000, 1000, 0, 0 };

	set_up();
	for (int i = 0; i < 2; i++) {
		worker[i].cpu = i;
		worker[i].run_ns = 1000;
	}
	CHECK_INT(find(2, idle).ns, 1000);
	worker[1].cpu = -1;
	CHECK_INT(find(2, idle).ns, 0);
	worker[1].cpu = 1;
	worker[1].known = false;
	CHECK_INT(find(2, idle).ns, 0);
}

static struct core_sharer sharer[4];

/* One more span of 1000, of all four. */
static void add(const uint64_t idle[CPUS])
{
	struct short_waits *list[4];

	for (unsigned int i = 0; i < 4; i++) {
		sharer[i].sum = worker[i];
		list[i] = &sharer[i].sum;
	}
	shared_cores_add(list, 4, core, CORES, idle, 1000);
}

TEST(short_times_add_up)
{
	set_up();
	memset(sharer, 0, sizeof(sharer));
	for (int i = 0; i < 4; i++)
		worker[i].run_ns = 1000;
	/* Two pairs: each has the idle core as long as it ran together. */
	worker[0].cpu = 0;
	worker[1].cpu = 1;
	worker[2].cpu = 4;
	worker[3].cpu = 5;
	worker[3].run_ns = 300;
	add((uint64_t[CPUS]){ 0, 0, 1000, 900, 0, 0, 0, 0 });
	CHECK_INT(sharer[0].ns, 900);
	CHECK_INT(sharer[1].ns, 900);
	CHECK_INT(sharer[2].ns, 200);
	CHECK_INT(sharer[3].ns, 200);
	/* The next, elsewhere, and one that is on its own. */
	worker[3].run_ns = 0;
	worker[0].cpu = 6;
	worker[1].cpu = 7;
	worker[1].run_ns = 500;
	add((uint64_t[CPUS]){ 0, 0, 501, 500, 0, 0, 0, 0 });
	CHECK_INT(sharer[0].ns, 901 - 1);
	worker[1].run_ns = 1000;
	add((uint64_t[CPUS]){ 0, 0, 501, 500, 0, 0, 0, 0 });
	CHECK_INT(sharer[0].ns, 901);
	CHECK_INT(sharer[1].ns, 901);
	CHECK_INT(sharer[2].ns, 200);
	/* As seen in the longest time. */
	CHECK_INT(sharer[0].longest_ns, 900);
	CHECK_INT(sharer[0].shared_cpu, 0);
	CHECK_INT(sharer[0].idle_cpu, 2);
}
