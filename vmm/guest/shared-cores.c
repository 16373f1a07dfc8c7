// SPDX-License-Identifier: GPL-2.0-or-later
#include "vmm/guest/shared-cores.h"

#include <stddef.h>

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static unsigned int lowest(const cpu_set_t *set)
{
	unsigned int cpu = 0;

	while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, set))
		cpu++;
	return cpu;
}

/* For how long all threads of @core were idle at once. */
static uint64_t core_idle(const cpu_set_t *core, const uint64_t *idle_ns,
			  uint64_t span_ns)
{
	uint64_t sum = 0, threads = (uint64_t)CPU_COUNT(core);

	for (unsigned int cpu = 0, left = (unsigned int)threads; left; cpu++) {
		if (!CPU_ISSET(cpu, core))
			continue;
		sum += idle_ns[cpu];
		left--;
	}
	return minus(sum, (threads - 1) * span_ns);
}

/*
 * The two workers of @core, on different threads, that ran longest; a thread's
 * own is the one that ran longest there. False: there are no two.
 */
static bool find_pair(struct short_waits *const *list, size_t count,
		      const cpu_set_t *core, struct short_waits **one,
		      struct short_waits **two)
{
	*one = *two = NULL;
	for (size_t i = 0; i < count; i++) {
		struct short_waits *w = list[i];

		if (!w->known || w->cpu < 0 ||
		    !CPU_ISSET((unsigned int)w->cpu, core))
			continue;
		if (!*one || w->run_ns > (*one)->run_ns) {
			if (*one && (*one)->cpu != w->cpu)
				*two = *one;
			*one = w;
		} else if (w->cpu != (*one)->cpu &&
			   (!*two || w->run_ns > (*two)->run_ns)) {
			*two = w;
		}
	}
	return *two;
}

static bool may_use(const struct short_waits *w, const cpu_set_t *core)
{
	cpu_set_t both;

	CPU_AND(&both, w->allowed, core);
	return CPU_COUNT(&both) > 0;
}

void shared_core_find(struct short_waits *const *list, size_t count,
		      const cpu_set_t *core, unsigned int core_count,
		      const uint64_t *idle_ns, uint64_t span_ns,
		      struct shared_core *ret)
{
	*ret = (struct shared_core){ 0 };
	for (unsigned int i = 0; i < core_count; i++) {
		struct short_waits *one, *two;
		uint64_t both;

		if (CPU_COUNT(&core[i]) < 2 ||
		    !find_pair(list, count, &core[i], &one, &two))
			continue;
		both = minus(one->run_ns + two->run_ns, span_ns);
		for (unsigned int k = 0; both && k < core_count; k++) {
			uint64_t ns = minus(
				both + core_idle(&core[k], idle_ns, span_ns),
				span_ns);

			if (ns <= ret->ns || (!may_use(one, &core[k]) &&
					      !may_use(two, &core[k])))
				continue;
			*ret = (struct shared_core){ ns, one, two,
						     lowest(&core[i]),
						     lowest(&core[k]) };
		}
	}
}

static void add_time(struct short_waits *sum, const struct shared_core *found)
{
	struct core_sharer *v =
		(struct core_sharer *)((char *)sum -
				       offsetof(struct core_sharer, sum));

	v->ns += found->ns;
	if (found->ns <= v->longest_ns)
		return;
	v->longest_ns = found->ns;
	v->shared_cpu = found->cpu;
	v->idle_cpu = found->idle_cpu;
}

/* Who was found is left out of the next look. */
void shared_cores_add(struct short_waits **list, size_t count,
		      const cpu_set_t *core, unsigned int core_count,
		      const uint64_t *idle_ns, uint64_t span_ns)
{
	for (;;) {
		struct shared_core found;
		size_t left = 0;

		shared_core_find(list, count, core, core_count, idle_ns,
				 span_ns, &found);
		if (found.ns == 0)
			return;
		add_time(found.one, &found);
		add_time(found.two, &found);
		for (size_t i = 0; i < count; i++) {
			if (list[i] != found.one && list[i] != found.two)
				list[left++] = list[i];
		}
		count = left;
	}
}
