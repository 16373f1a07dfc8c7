/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings-check.c - what keys of "[test]" must have in common. */
#include <string.h>

#include "tools/lib/spec/test-parts.h"

/* Bounds of what topology_parse() reads. */
#define NODES_MAX 64
#define CPUS_MAX  512

/* Where @key was written, or the header of @s. */
static const struct place *place_in(const struct conf_section *s,
				    const char *key)
{
	const struct conf_entry *e = section_find(s, key);

	return e ? &e->at_value : &s->at;
}

/* A minimum above the default maximum lifts it; above a written one it is an
 * impossible combination. */
static void check_range(const struct conf_section *s, const char *const key[2],
			unsigned int min, unsigned int *max, unsigned int most,
			struct diag *d)
{
	if (min <= *max)
		return;
	if (!section_find(s, key[1]))
		*max = most;
	else
		diag_add(d, place_in(s, key[0]), "%s %u is above %s %u", key[0],
			 min, key[1], *max);
}

static void check_own_machine(const struct test *t,
			      const struct conf_section *s, struct diag *d)
{
	const struct topology *m = &t->topology;
	const struct place *at = place_in(s, "topology");

	if (!t->has_topology)
		return;
	if (m->nodes < t->min_nodes)
		diag_add(d, at, "this has fewer than min-nodes %u",
			 t->min_nodes);
	if (m->llcs < t->min_llcs)
		diag_add(d, at, "this has fewer than min-llcs %u", t->min_llcs);
	if (topology_cpus(m) < t->min_cpus)
		diag_add(d, at, "this has %u CPUs, fewer than min-cpus %u",
			 topology_cpus(m), t->min_cpus);
	if (t->requires_smt && !topology_has_smt(m))
		diag_add(d, at,
			 "requires-smt wants a core with two threads online, "
			 "this has none");
}

static void check_flags(const struct test *t, const struct conf_section *s,
			struct diag *d)
{
	bool none = t->scheduler && strcmp(t->scheduler, "none") == 0;

	for (char **r = t->required_flags; r && *r; r++) {
		for (char **x = t->excluded_flags; x && *x; x++) {
			if (strcmp(*r, *x) == 0)
				diag_add(d, place_in(s, "excluded-flags"),
					 "flag '%s' is both required and "
					 "excluded",
					 *r);
		}
	}
	if (none && t->required_flags)
		diag_add(d, place_in(s, "required-flags"),
			 "'scheduler = none' has no flags");
	if (none && t->excluded_flags)
		diag_add(d, place_in(s, "excluded-flags"),
			 "'scheduler = none' has no flags");
	if (none && t->needs_flags)
		diag_add(d, place_in(s, "needs-flag"),
			 "'scheduler = none' has no flags");
	if (none && t->extra_args)
		diag_add(d, place_in(s, "args"),
			 "'scheduler = none' takes no arguments");
	if (none && t->watchdog_ns)
		diag_add(d, place_in(s, "watchdog"),
			 "'scheduler = none' has no watchdog of sched_ext");
	if (none && t->verifier)
		diag_add(d, place_in(s, "verifier"),
			 "'scheduler = none' has no programs to verify");
	if (none && t->exit_dump)
		diag_add(d, place_in(s, "exit-dump"),
			 "'scheduler = none' has no exit dump of sched_ext");
	if (none && t->expect.class && expect_is_of_scheduler(t->expect.class))
		diag_add(d, place_in(s, "expect"),
			 "'scheduler = none' cannot fail with class '%s'",
			 t->expect.class);
}

void test_check_settings(struct test *t, const struct conf_section *s,
			 struct diag *d)
{
	check_range(s, (const char *const[]){ "min-nodes", "max-nodes" },
		    t->min_nodes, &t->max_nodes, NODES_MAX, d);
	check_range(s, (const char *const[]){ "min-llcs", "max-llcs" },
		    t->min_llcs, &t->max_llcs, CPUS_MAX, d);
	check_range(s, (const char *const[]){ "min-cpus", "max-cpus" },
		    t->min_cpus, &t->max_cpus, CPUS_MAX, d);
	check_own_machine(t, s, d);
	check_flags(t, s, d);
}
