/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/attest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cpulist.h"
#include "vmm/attest-parts.h"
#include "vmm/facts.h"

unsigned int number_of_core(const struct topology_place *p)
{
	return p->core;
}

unsigned int number_of_llc(const struct topology_place *p)
{
	return p->llc;
}

unsigned int number_of_package(const struct topology_place *p)
{
	return p->package;
}

unsigned int number_of_node(const struct topology_place *p)
{
	return p->node;
}

void attest_set(const struct attesting *a, place_number number, unsigned int i,
		cpu_set_t *ret)
{
	CPU_ZERO(ret);
	for (unsigned int cpu = 0; cpu < a->map.count; cpu++) {
		if (a->map.cpu[cpu].online && number(&a->map.cpu[cpu]) == i)
			CPU_SET(cpu, ret);
	}
}

void attest_text(const cpu_set_t *set, char ret[CPUS_TEXT_SIZE])
{
	struct str text = { 0 };

	cpulist_format(&text, set);
	snprintf(ret, CPUS_TEXT_SIZE, "%s", str_text(&text));
	str_done(&text);
}

/* Compare a list of CPUs; a key that is not there is equal. */
static int check_cpus(const struct attesting *a, const char *key,
		      const char *what, const cpu_set_t *want)
{
	const json_t *have = json_object_get(a->frame, key);
	char text[CPUS_TEXT_SIZE];

	attest_text(want, text);
	if (!have || strcmp(json_string_value(have) ?: "", text) == 0)
		return 0;
	return why_set(a->why, -EINVAL, "the guest has CPUs %s %s, not %s",
		       json_string_value(have), what, text);
}

/* CPUs that the kernel knows: those that are online, and the others. */
static int check_lists(const struct attesting *a)
{
	cpu_set_t online, present;
	int r;

	CPU_ZERO(&online);
	CPU_ZERO(&present);
	for (unsigned int cpu = 0; cpu < TOPOLOGY_CPUS_MAX; cpu++) {
		if (cpu >= a->map.count)
			break;
		CPU_SET(cpu, &present);
		if (a->map.cpu[cpu].online)
			CPU_SET(cpu, &online);
	}
	if (!json_is_string(json_object_get(a->frame, "cpus")))
		return why_set(a->why, -EINVAL,
			       "the guest did not tell its CPUs");
	r = check_cpus(a, "cpus", "online", &online);
	if (r == 0)
		r = check_cpus(a, "present", "present", &present);
	if (r == 0)
		r = check_cpus(a, "possible", "possible", &present);
	return r;
}

/* Compare a list of sets with the groups of @number, but for those that are
 * offline. */
static int check_groups(const struct attesting *a, const char *key,
			const char *what, place_number number)
{
	const json_t *list = json_object_get(a->frame, key);
	unsigned int groups = 0, last = a->map.count - 1;

	for (unsigned int i = 0; i <= number(&a->map.cpu[last]); i++) {
		const char *have =
			json_string_value(json_array_get(list, groups));
		char want[CPUS_TEXT_SIZE];
		cpu_set_t set;

		attest_set(a, number, i, &set);
		if (CPU_COUNT(&set) == 0)
			continue;
		attest_text(&set, want);
		if (have && strcmp(have, want) != 0)
			return why_set(a->why, -EINVAL,
				       "%s: number %u has CPUs %s, not %s",
				       what, groups, have, want);
		groups++;
	}
	if (json_array_size(list) != groups)
		return why_set(a->why, -EINVAL,
			       "%u %s were declared, the guest has %zu", groups,
			       what, json_array_size(list));
	return 0;
}

/* Like it, for what not every kernel tells. */
static int check_told_groups(const struct attesting *a, const char *key,
			     const char *what, place_number number)
{
	if (!json_object_get(a->frame, key))
		return 0;
	return check_groups(a, key, what, number);
}

int attest_topology(const json_t *frame, const struct topology *t,
		    unsigned int memory_mib, struct why *reterr_why)
{
	struct attesting a = { .frame = frame,
			       .t = t,
			       .memory_mib = memory_mib,
			       .why = reterr_why };
	int r;

	if (!frame)
		return why_set(reterr_why, -EINVAL,
			       "the guest did not tell its topology");
	topology_map(t, &a.map);
	r = check_lists(&a);
	if (r == 0)
		r = attest_nodes(&a);
	if (r == 0)
		r = check_told_groups(&a, "packages", "packages",
				      number_of_package);
	if (r == 0)
		r = check_groups(&a, "llcs", "last-level caches",
				 number_of_llc);
	if (r == 0)
		r = check_told_groups(&a, "dies", "dies", number_of_llc);
	if (r == 0)
		r = check_groups(&a, "cores", "cores", number_of_core);
	if (r == 0)
		r = attest_caches(&a);
	if (r == 0)
		r = attest_domains(&a);
	return r;
}
