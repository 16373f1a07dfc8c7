/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/stats-places.h"

#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cpulist.h"

/* CPUs of a list in a frame; none if it cannot be read. */
static void read_cpus(const json_t *frame, const char *key, cpu_set_t *ret)
{
	size_t at;

	if (cpulist_parse(facts_text(frame, key), ret, &at) < 0)
		CPU_ZERO(ret);
}

/* Adds to CPUs that @w was seen on and allowed. */
static void add_segments(const json_t *w, cpu_set_t *used, cpu_set_t *allowed)
{
	const json_t *list = json_object_get(w, "segments");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *s = json_array_get(list, i);
		cpu_set_t cpus;

		read_cpus(s, "used", &cpus);
		CPU_OR(used, used, &cpus);
		read_cpus(s, "allowed", &cpus);
		CPU_OR(allowed, allowed, &cpus);
	}
}

/* Pages on @node. */
static double pages_on(const json_t *w, int64_t node)
{
	const json_t *nodes =
		json_object_get(json_object_get(w, "pages"), "nodes");
	char key[24];

	snprintf(key, sizeof(key), "%" PRIi64, node);
	return (double)facts_int(nodes, key);
}

static double all_pages(const json_t *w)
{
	json_t *nodes = json_object_get(json_object_get(w, "pages"), "nodes");
	const char *key;
	json_t *count;
	double sum = 0;

	json_object_foreach(nodes, key, count) sum +=
		(double)json_integer_value(count);
	return sum;
}

/* What @w may use when it ends. */
static void last_allowed(const json_t *w, cpu_set_t *ret)
{
	const json_t *list = json_object_get(w, "segments");
	size_t n = json_array_size(list);

	CPU_ZERO(ret);
	if (n > 0)
		read_cpus(json_array_get(list, n - 1), "allowed", ret);
}

/* Pages on the nodes of @cpus. */
static double near_pages(const struct facts *f, const json_t *w,
			 const cpu_set_t *cpus)
{
	const json_t *nodes = json_object_get(f->topology, "nodes");
	double sum = 0;

	for (size_t i = 0; i < json_array_size(nodes); i++) {
		const json_t *node = json_array_get(nodes, i);
		cpu_set_t here;

		read_cpus(node, "cpus", &here);
		CPU_AND(&here, &here, cpus);
		if (CPU_COUNT(&here) > 0)
			sum += pages_on(w, facts_int(node, "id"));
	}
	return sum;
}

static void add_pages(const struct facts *f, const json_t *w, struct places *p)
{
	double all = all_pages(w), near, moved;
	cpu_set_t allowed, machine;

	if (all <= 0)
		return;
	moved = (double)facts_int(json_object_get(w, "pages"), "migrated");
	p->cross_node_ratio = fmax(p->cross_node_ratio, moved / all);
	last_allowed(w, &allowed);
	if (CPU_COUNT(&allowed) == 0)
		return;
	near = near_pages(f, w, &allowed);
	p->slow_tier_ratio = fmax(p->slow_tier_ratio, (all - near) / all);
	read_cpus(f->topology, "cpus", &machine);
	if (CPU_EQUAL(&allowed, &machine))
		return;
	near = near * 100 / all;
	if (p->locality_percent < 0 || near < p->locality_percent)
		p->locality_percent = near;
}

void places_of(const struct facts *f, const char *cgroup, struct places *ret)
{
	struct places p = { 0, -1, -1, -1, -1 };
	cpu_set_t used, allowed;
	int workers = 0, most;

	CPU_ZERO(&used);
	CPU_ZERO(&allowed);
	for (size_t i = 0; i < json_array_size(f->worker); i++) {
		const json_t *w = json_array_get(f->worker, i);

		if (cgroup && strcmp(facts_text(w, "cgroup"), cgroup) != 0)
			continue;
		workers++;
		add_segments(w, &used, &allowed);
		add_pages(f, w, &p);
	}
	most = CPU_COUNT(&allowed) < workers ? CPU_COUNT(&allowed) : workers;
	p.cpus = (unsigned int)CPU_COUNT(&used);
	if (most > 0)
		p.cpus_percent = fmin(100, p.cpus * 100.0 / most);
	*ret = p;
}
