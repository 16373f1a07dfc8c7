/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attest-caches.c - which CPUs share which cache; their ids and sizes. */
#include <errno.h>
#include <string.h>

#include "tools/lib/cpulist.h"
#include "vmm/attest-parts.h"
#include "vmm/facts.h"

/* One of the kinds that the guest tells of: a level and a type. */
struct kind {
	long long level;
	const char *type;
	const json_t *cpus, *ids;
};

/*
 * Level 3 is shared by an LLC, level 2 by a core. Of level 1 QEMU tells that
 * each thread has its own, or from 9 on that each core has.
 */
static bool is_right(const struct attesting *a, const struct kind *k,
		     const cpu_set_t *have, unsigned int cpu, cpu_set_t *ret)
{
	const struct topology_place *p = &a->map.cpu[cpu];

	if (k->level >= 3)
		attest_set(a, number_of_llc, p->llc, ret);
	else
		attest_set(a, number_of_core, p->core, ret);
	return CPU_EQUAL(have, ret) || (k->level == 1 && CPU_COUNT(have) == 1);
}

static int check_one(const struct attesting *a, const struct kind *k, size_t i)
{
	const char *text = json_string_value(json_array_get(k->cpus, i));
	char want[CPUS_TEXT_SIZE];
	cpu_set_t have, expected;
	size_t at;
	int cpu;

	if (!text || cpulist_parse(text, &have, &at) < 0 ||
	    (cpu = cpulist_first(&have)) < 0 || cpu >= (int)a->map.count)
		return why_set(a->why, -EINVAL,
			       "a level %lld cache is that of CPUs '%s'",
			       k->level, text ? text : "");
	if (is_right(a, k, &have, (unsigned int)cpu, &expected))
		return 0;
	attest_text(&expected, want);
	return why_set(a->why, -EINVAL,
		       "the level %lld cache (%s) of CPU %d is shared by CPUs "
		       "%s, not %s",
		       k->level, k->type, cpu, text, want);
}

static int check_ids(const struct attesting *a, const struct kind *k, size_t i)
{
	long long id = json_integer_value(json_array_get(k->ids, i));

	for (size_t j = 0; id >= 0 && j < i; j++) {
		if (json_integer_value(json_array_get(k->ids, j)) == id)
			return why_set(a->why, -EINVAL,
				       "two level %lld caches (%s) have id "
				       "%lld",
				       k->level, k->type, id);
	}
	return 0;
}

int attest_caches(const struct attesting *a)
{
	const json_t *list = json_object_get(a->frame, "caches");
	int r = 0;

	for (size_t n = 0; n < json_array_size(list); n++) {
		const json_t *object = json_array_get(list, n);
		struct kind k = { facts_int(object, "level"),
				  facts_text(object, "type"),
				  json_object_get(object, "cpus"),
				  json_object_get(object, "ids") };

		for (size_t other = 0; other < n; other++) {
			const json_t *o = json_array_get(list, other);

			if (facts_int(o, "level") == k.level &&
			    strcmp(facts_text(o, "type"), k.type) == 0)
				return why_set(a->why, -EINVAL,
					       "level %lld caches (%s) of %s "
					       "and of %s: all were to be of "
					       "one size",
					       k.level, k.type,
					       facts_text(o, "size"),
					       facts_text(object, "size"));
		}
		for (size_t i = 0; r == 0 && i < json_array_size(k.cpus); i++) {
			r = check_one(a, &k, i);
			if (r == 0)
				r = check_ids(a, &k, i);
		}
	}
	return r;
}
