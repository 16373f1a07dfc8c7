/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/short-waits.h"

/* Workers with still other CPUs are only looked at one by one. */
#define CLASSES_MAX 64

/**
 * struct class - workers that are allowed the same CPUs
 * @size:   how many CPUs
 * @count:  how many of whom we know how long they ran and waited
 * @always: of all, those that never sleep
 * @run_ns: of those we know
 * @longest: who of them waited longest
 * @tireless: one that never sleeps
 * @idle_ns, @most_ns, @idlest: idle time of its CPUs in all, of the one that
 *was idle most, and which that is
 */
struct class
{
	const cpu_set_t *cpus;
	unsigned int size, count, always;
	uint64_t run_ns;
	struct short_waits *longest, *tireless;
	uint64_t idle_ns, most_ns;
	int idlest;
};

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void find_idle(struct class *c, const uint64_t *idle_ns,
		      unsigned int cpus)
{
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		if (!CPU_ISSET(cpu, c->cpus))
			continue;
		c->size++;
		c->idle_ns += idle_ns[cpu];
		if (idle_ns[cpu] <= c->most_ns)
			continue;
		c->most_ns = idle_ns[cpu];
		c->idlest = (int)cpu;
	}
}

static void join(struct class *c, struct short_waits *s)
{
	if (s->always) {
		c->always++;
		c->tireless = s;
	}
	if (!s->known)
		return;
	c->count++;
	c->run_ns += s->run_ns;
	if (!c->longest || s->wait_ns > c->longest->wait_ns)
		c->longest = s;
}

static void found(struct short_waits *s, uint64_t ns, const struct class *c)
{
	if (ns <= s->idle_ns)
		return;
	s->idle_ns = ns;
	s->idle_cpu = c->idlest;
}

/* The CPUs of all workers of a class together. */
static void judge_class(const struct class *c, uint64_t span_ns)
{
	uint64_t others;

	if (c->most_ns == 0)
		return;
	if (c->always >= c->size) {
		found(c->tireless, c->most_ns, c);
		return;
	}
	if (c->count == 0 || c->count > c->size)
		return;
	others = minus(c->size * span_ns, c->idle_ns + c->run_ns);
	found(c->longest,
	      minus(c->longest->wait_ns, others / (c->size - c->count + 1)), c);
}

void short_waits_find(struct short_waits *const *list, size_t count,
		      const uint64_t *idle_ns, unsigned int cpus,
		      uint64_t span_ns)
{
	struct class class[CLASSES_MAX];
	unsigned int classes = 0;

	for (size_t i = 0; i < count; i++) {
		struct short_waits *s = list[i];
		struct class own = { .cpus = s->allowed, .idlest = -1 };
		struct class *c = &own;
		unsigned int k = 0;

		s->idle_ns = 0;
		s->idle_cpu = -1;
		/* While it ran it did not wait. */
		if (s->wait_ns > minus(span_ns, s->run_ns))
			s->wait_ns = minus(span_ns, s->run_ns);
		while (k < classes && !CPU_EQUAL(class[k].cpus, s->allowed))
			k++;
		if (k < CLASSES_MAX)
			c = &class[k];
		if (k == classes && k < CLASSES_MAX)
			class[classes++] = own;
		if (c->size == 0)
			find_idle(c, idle_ns, cpus);
		join(c, s);
		found(s, minus(s->wait_ns + c->most_ns, span_ns), c);
	}
	for (unsigned int k = 0; k < classes; k++)
		judge_class(&class[k], span_ns);
}
