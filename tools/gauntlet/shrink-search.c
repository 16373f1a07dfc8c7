/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shrink-search.c - what is tried, in which order.
 *
 * The largest step first: without any flag, on one CPU, with one worker. What
 * passes then is gone up from; so few of the runs are spent.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/shrink.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"

#define MS UINT64_C(1000000)

/* Halvings of a number that are tried. */
#define STEPS_MAX 4

static bool is_over(const struct shrink *s)
{
	return s->runs >= SHRINK_RUNS_MAX;
}

/* Has a machine of that size run? Then it is noted. */
static bool is_known(struct shrink *s, const struct shrunk *next)
{
	auto_free char *profile = shrink_profile(s, next->on);
	auto_str struct str size = { 0 };
	char shape[TOPOLOGY_TEXT_SIZE];

	topology_format(&next->topology, shape);
	str_addf(&size, "%s %s %u %" PRIu64, shape, profile, next->cap,
		 next->duration_ns);
	if (words_have(s->tried, str_text(&size)))
		return true;
	if (size.failed || words_append(&s->tried, str_text(&size)) < 0)
		die(EX_BROKEN, "out of memory");
	return false;
}

/* Run @next, and keep it if it fails the same way. */
static bool try(struct shrink *s, struct shrunk *next, const char *what)
{
	bool same = !is_over(s) && shrink_fits(s, next) && !is_known(s, next) &&
		    shrink_run(s, next, what);

	if (same) {
		shrunk_done(&s->best);
		s->best = shrunk_copy(s, next);
	}
	shrunk_done(next);
	return same;
}

/* Switch @flag off in @on, and all that need it. */
static void switch_off(const struct sched *s, bool *on, size_t flag)
{
	const struct sched_flag *unmet;
	const char *need;

	on[flag] = false;
	while ((unmet = profile_unmet(s, on, &need)))
		on[unmet - s->flag] = false;
}

static bool has_required(const struct shrink *s, const bool *on)
{
	for (char **w = s->test.required_flags; w && *w; w++) {
		const struct sched_flag *f = sched_flag_find(&s->sched, *w);

		if (f && !on[f - s->sched.flag])
			return false;
	}
	return true;
}

static bool is_same_profile(const struct shrink *s, const bool *on)
{
	return memcmp(on, s->best.on, s->sched.flag_count * sizeof(*on)) == 0;
}

static void search_flags(struct shrink *s)
{
	struct shrunk next;
	struct profile least;
	struct why why;

	if (!s->has_sched || !s->sched.flag_count ||
	    profile_of_test(&s->sched, &s->test, &least, &why) < 0)
		return;
	if (!is_same_profile(s, least.on)) {
		next = shrunk_copy(s, &s->best);
		memcpy(next.on, least.on,
		       s->sched.flag_count * sizeof(*next.on));
		if (try(s, &next, "no flag that is not required")) {
			profile_done(&least);
			return;
		}
	}
	for (size_t i = s->sched.flag_count; i > 0 && !is_over(s); i--) {
		auto_str struct str what = { 0 };

		if (!s->best.on[i - 1])
			continue;
		next = shrunk_copy(s, &s->best);
		switch_off(&s->sched, next.on, i - 1);
		str_addf(&what, "without flag '%s'", s->sched.flag[i - 1].name);
		/* The least was tried before. */
		if (has_required(s, next.on) &&
		    memcmp(next.on, least.on,
			   s->sched.flag_count * sizeof(*next.on)) != 0)
			try(s, &next, str_text(&what));
		else
			shrunk_done(&next);
	}
	profile_done(&least);
}

/* Is @t another machine than the best, and no larger in any way? */
static bool is_smaller(const struct shrink *s, const struct topology *t)
{
	const struct topology *b = &s->best.topology;

	return t->nodes <= b->nodes && t->llcs <= b->llcs &&
	       t->cores <= b->cores && t->threads <= b->threads &&
	       topology_cpus(t) + t->nodes + t->llcs <
		       topology_cpus(b) + b->nodes + b->llcs;
}

static bool try_machine(struct shrink *s, unsigned int nodes, unsigned int llcs,
			unsigned int cores, unsigned int threads)
{
	const struct topology t = { nodes, llcs, cores, threads, NULL };
	struct shrunk next = shrunk_copy(s, &s->best);
	char shape[TOPOLOGY_TEXT_SIZE];

	next.topology = t;
	topology_format(&t, shape);
	if (nodes && llcs % nodes == 0 && is_smaller(s, &t))
		return try(s, &next, shape);
	shrunk_done(&next);
	return false;
}

static void search_machine(struct shrink *s)
{
	const struct topology *b = &s->best.topology;

	if (b->detail)
		return; /* whoever described it so needs it so */
	if (try_machine(s, 1, 1, 1, 1) || try_machine(s, 1, 1, 2, 1) ||
	    try_machine(s, 1, 2, 1, 1))
		return;
	/* Each part by itself, as far as it goes. */
	try_machine(s, 1, b->llcs, b->cores, b->threads);
	try_machine(s, b->nodes, b->nodes, b->cores, b->threads);
	try_machine(s, b->nodes, b->llcs, b->cores, 1);
	if (!try_machine(s, b->nodes, b->llcs, 1, b->threads))
		try_machine(s, b->nodes, b->llcs, (b->cores + 1) / 2,
			    b->threads);
	if (b->llcs >= 4 * b->nodes)
		try_machine(s, b->nodes, b->llcs / 2 / b->nodes * b->nodes,
			    b->cores, b->threads);
}

static bool try_workers(struct shrink *s, unsigned int cap)
{
	struct shrunk next = shrunk_copy(s, &s->best);
	auto_str struct str what = { 0 };

	next.cap = cap;
	str_addf(&what, "at most %u worker%s of a kind", cap,
		 cap == 1 ? "" : "s");
	return try(s, &next, str_text(&what));
}

/* Between one, which was too few, and what there is. */
static void search_workers(struct shrink *s)
{
	unsigned int low = 1, high = shrink_workers(s);

	if (high < 2 || try_workers(s, 1))
		return;
	for (int i = 0; i < STEPS_MAX && high - low > 1 && !is_over(s); i++) {
		unsigned int middle = (low + high) / 2;

		if (try_workers(s, middle))
			high = middle;
		else
			low = middle;
	}
}

static bool try_duration(struct shrink *s, uint64_t ns)
{
	struct shrunk next = shrunk_copy(s, &s->best);
	auto_str struct str what = { 0 };

	next.duration_ns = ns / MS * MS;
	str_addf(&what, "for %g ms", (double)next.duration_ns / 1e6);
	return try(s, &next, str_text(&what));
}

static void search_duration(struct shrink *s)
{
	uint64_t high = s->best.duration_ns, low = high / 16;

	if (low < 10 * MS)
		low = 10 * MS;
	if (low >= high || try_duration(s, low))
		return;
	for (int i = 0; i < STEPS_MAX && high > low + high / 8 && !is_over(s);
	     i++) {
		/* Above twice the lower bound, by half. */
		uint64_t middle = high > 4 * low ? high / 2 : (low + high) / 2;

		if (try_duration(s, middle))
			high = middle;
		else
			low = middle;
	}
}

void shrink_search(struct shrink *s)
{
	search_flags(s);
	search_machine(s);
	search_workers(s);
	search_duration(s);
}
