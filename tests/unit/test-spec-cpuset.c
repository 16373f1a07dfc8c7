/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/cpuset.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/cpulist.h"

static struct machine machine(const char *text)
{
	struct topology t;
	struct machine m;

	CHECK_INT(topology_parse(text, &t, NULL), 0);
	CHECK_INT(machine_from_topology(&t, &m), 0);
	return m;
}

static void check_set(const cpu_set_t *set, const char *want)
{
	auto_str struct str got = { 0 };

	cpulist_format(&got, set);
	if (strcmp(str_text(&got), want) != 0)
		printf("# %s, not %s\n", str_text(&got), want);
	CHECK(strcmp(str_text(&got), want) == 0);
}

static cpu_set_t list(const char *text)
{
	cpu_set_t set;
	size_t at;

	CHECK_INT(cpulist_parse(text, &set, &at), 0);
	return set;
}

TEST(a_topology_numbers_threads_cores_llcs_nodes)
{
	struct machine m = machine("2n4l2c2t");

	check_set(&m.all, "0-15");
	check_set(&m.llc[1], "4-7");
	check_set(&m.node[0], "0-7");
	check_set(&m.node[1], "8-15");
	machine_done(&m);
}

TEST(cpusets_resolve)
{
	static const struct {
		const char *machine;
		struct cpuset_spec spec;
		const char *want;
	} row[] = {
		{ "1n2l4c1t", { .kind = CPUSET_NONE }, "0-7" },
		{ "1n2l4c1t", { .kind = CPUSET_LLC, .index = 1 }, "4-7" },
		{ "2n4l2c1t", { .kind = CPUSET_NUMA, .index = 1 }, "4-7" },
		/* 7 usable CPUs: the last is left out */
		{ "1n2l4c1t",
		  { .kind = CPUSET_RANGE, .from = 0, .to = 0.5 },
		  "0-2" },
		{ "1n2l4c1t",
		  { .kind = CPUSET_RANGE, .from = 0.5, .to = 1 },
		  "3-6" },
		{ "1n2l4c1t",
		  { .kind = CPUSET_DISJOINT, .index = 0, .of = 2 },
		  "0-2" },
		{ "1n2l4c1t",
		  { .kind = CPUSET_DISJOINT, .index = 1, .of = 2 },
		  "3-6" },
		{ "1n1l2c1t",
		  { .kind = CPUSET_DISJOINT, .index = 1, .of = 2 },
		  "1" },
		/* chunk 2, wider by 1 */
		{ "1n2l4c1t",
		  { .kind = CPUSET_OVERLAP, .index = 0, .of = 3, .from = 0.5 },
		  "0-2" },
		{ "1n2l4c1t",
		  { .kind = CPUSET_OVERLAP, .index = 1, .of = 3, .from = 0.5 },
		  "1-4" },
		{ "1n2l4c1t",
		  { .kind = CPUSET_OVERLAP, .index = 2, .of = 3, .from = 0.5 },
		  "3-6" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct machine m = machine(row[i].machine);
		struct why why = { .text = "" };
		cpu_set_t set;

		CHECK_INT(cpuset_resolve(&row[i].spec, &m, &set, &why), 0);
		check_set(&set, row[i].want);
		machine_done(&m);
	}
}

TEST(a_machine_that_is_too_small_is_named)
{
	static const struct {
		struct cpuset_spec spec;
		const char *why;
	} row[] = {
		{ { .kind = CPUSET_LLC, .index = 2 }, "there is no LLC 2" },
		{ { .kind = CPUSET_NUMA, .index = 1 }, "no NUMA node 1" },
		{ { .kind = CPUSET_DISJOINT, .index = 0, .of = 8 },
		  "7 usable CPUs cannot be shared among 8" },
		{ { .kind = CPUSET_RANGE, .from = 0.1, .to = 0.11 },
		  "7 usable CPUs are too few" },
	};
	struct machine m = machine("1n2l4c1t");

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct why why = { .text = "" };
		cpu_set_t set;

		CHECK_INT(cpuset_resolve(&row[i].spec, &m, &set, &why),
			  -ERANGE);
		CHECK(strstr(why.text, row[i].why));
	}
	struct cpuset_spec exact = { .kind = CPUSET_EXACT };
	struct why why = { .text = "" };
	cpu_set_t set;
	exact.exact = list("6-9");
	CHECK_INT(cpuset_resolve(&exact, &m, &set, &why), -ERANGE);
	CHECK(strstr(why.text, "the machine has no CPU 8-9"));
	exact.exact = list("6-7");
	CHECK_INT(cpuset_resolve(&exact, &m, &set, &why), 0);
	check_set(&set, "6-7");
	machine_done(&m);
}

TEST(affinities_resolve)
{
	struct machine m = machine("1n2l4c1t");
	cpu_set_t pool = list("2-6"), set;
	uint64_t random = 1;
	struct affinity a = { .kind = AFFINITY_INHERIT };

	CHECK_INT(affinity_resolve(&a, &pool, &m, &random, &set), 1);
	a.kind = AFFINITY_LLC;
	CHECK_INT(affinity_resolve(&a, &pool, &m, &random, &set), 0);
	check_set(&set, "4-6");
	a.kind = AFFINITY_CROSS;
	CHECK_INT(affinity_resolve(&a, &pool, &m, &random, &set), 0);
	check_set(&set, "0-7");
	a.kind = AFFINITY_SINGLE;
	CHECK_INT(affinity_resolve(&a, &pool, &m, &random, &set), 0);
	check_set(&set, "2");
	a.kind = AFFINITY_FIRST;
	a.count = 2;
	CHECK_INT(affinity_resolve(&a, &pool, &m, &random, &set), 0);
	check_set(&set, "2-3");
	a.count = 512;
	CHECK_INT(affinity_resolve(&a, &pool, &m, &random, &set), 0);
	check_set(&set, "2-6");
	a.kind = AFFINITY_EACH;
	static const char *const each[] = { "2", "3", "4", "5", "6", "2", "3" };
	for (unsigned int i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		struct affinity own = affinity_for_worker(&a, i);

		CHECK_INT(affinity_resolve(&own, &pool, &m, &random, &set), 0);
		check_set(&set, each[i]);
	}
	a.kind = AFFINITY_EXACT;
	a.exact = list("0-3");
	CHECK_INT(affinity_resolve(&a, &pool, &m, &random, &set), 0);
	check_set(&set, "2-3");
	a.exact = list("7");
	CHECK_INT(affinity_resolve(&a, &pool, &m, &random, &set), -EINVAL);
	machine_done(&m);
}

TEST(random_affinity_is_half_of_the_pool_and_repeats_by_seed)
{
	struct machine m = machine("1n2l8c1t");
	struct affinity a = { .kind = AFFINITY_RANDOM };
	cpu_set_t pool = list("3-12"), first, again, both, one = list("5");
	uint64_t random = 7, same = 7;
	bool differs = false;

	for (int i = 0; i < 100; i++) {
		CHECK_INT(affinity_resolve(&a, &pool, &m, &random, &first), 0);
		CHECK_INT(affinity_resolve(&a, &pool, &m, &same, &again), 0);
		CHECK(CPU_EQUAL(&first, &again));
		CHECK_INT(CPU_COUNT(&first), 5);
		CPU_AND(&both, &first, &pool);
		CHECK_INT(CPU_COUNT(&both), 5);
		CHECK_INT(affinity_resolve(&a, &pool, &m, &same, &again), 0);
		differs |= !CPU_EQUAL(&first, &again);
		random = same;
	}
	CHECK(differs);
	CHECK_INT(affinity_resolve(&a, &one, &m, &random, &first), 0);
	check_set(&first, "5");
	machine_done(&m);
}

static void check_spec(const struct machine *m, struct cpuset_spec spec,
		       const char *want)
{
	struct why why;
	cpu_set_t set;
	int r = cpuset_resolve(&spec, m, &set, &why);

	CHECK_INT(r, want ? 0 : -ERANGE);
	if (want)
		check_set(&set, want);
	else
		CHECK(why.text[0]);
}

TEST(usable_leaves_the_machines_last_cpu_out)
{
	struct machine m = machine("2n2l2c1t");
	struct machine one = machine("3n3l1c1t");

	check_spec(&m,
		   (struct cpuset_spec){
			   .kind = CPUSET_LLC, .index = 1, .usable = true },
		   "2");
	check_spec(&m,
		   (struct cpuset_spec){
			   .kind = CPUSET_LLC, .index = 0, .usable = true },
		   "0-1");
	check_spec(&m,
		   (struct cpuset_spec){
			   .kind = CPUSET_NUMA, .index = 1, .usable = true },
		   "2");
	check_spec(&one,
		   (struct cpuset_spec){
			   .kind = CPUSET_LLC, .index = 2, .usable = true },
		   NULL);
	check_spec(&one,
		   (struct cpuset_spec){
			   .kind = CPUSET_NUMA, .index = 2, .usable = true },
		   NULL);
	machine_done(&m);
	machine_done(&one);
}

TEST(misaligned_cuts_llc_0_in_its_middle)
{
	struct machine m = machine("1n2l4c1t"), one = machine("1n1l4c1t");
	struct machine small = machine("1n2l1c1t");

	check_spec(&m,
		   (struct cpuset_spec){
			   .kind = CPUSET_MISALIGNED, .index = 0, .of = 2 },
		   "0-1");
	check_spec(&m,
		   (struct cpuset_spec){
			   .kind = CPUSET_MISALIGNED, .index = 1, .of = 2 },
		   "2-6");
	check_spec(&one,
		   (struct cpuset_spec){
			   .kind = CPUSET_MISALIGNED, .index = 0, .of = 2 },
		   "0");
	check_spec(&one,
		   (struct cpuset_spec){
			   .kind = CPUSET_MISALIGNED, .index = 1, .of = 2 },
		   "1-2");
	check_spec(&small,
		   (struct cpuset_spec){
			   .kind = CPUSET_MISALIGNED, .index = 0, .of = 2 },
		   NULL);
	machine_done(&m);
	machine_done(&one);
	machine_done(&small);
}

TEST(each_copy_gets_its_cpu_or_its_share)
{
	struct machine m = machine("1n2l4c1t");
	struct cpuset_spec each = { .kind = CPUSET_EACH };
	struct cpuset_spec share = { .kind = CPUSET_DISJOINT, .each = true };
	struct cpuset_spec same = { .kind = CPUSET_LLC, .index = 1 };

	check_spec(&m, cpuset_for_copy(&each, 0, 7), "0");
	check_spec(&m, cpuset_for_copy(&each, 6, 7), "6");
	check_spec(&m, cpuset_for_copy(&each, 0, 8), NULL);
	check_spec(&m, cpuset_for_copy(&share, 0, 3), "0-1");
	check_spec(&m, cpuset_for_copy(&share, 2, 3), "4-6");
	check_spec(&m, cpuset_for_copy(&same, 0, 3), "4-7");
	machine_done(&m);
}

TEST(a_cpu_by_its_number)
{
	struct machine m = machine("1n2l4c1t");
	struct cpuset_spec spec = { .kind = CPUSET_CPU };
	static const struct {
		const char *amount, *want;
	} row[] = {
		{ "0", "0" },	     { "cpus-1", "7" }, { "llc-cpus", "4" },
		{ "usable-1", "6" }, { "cpus", NULL },	{ "cpus-9", NULL },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		size_t at;

		CHECK_INT(amount_parse(row[i].amount, &spec.cpu, &at, NULL), 0);
		check_spec(&m, spec, row[i].want);
	}
	machine_done(&m);
}
