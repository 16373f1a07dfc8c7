/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/flag-graph.h"

#include "tools/lib/spec/profile.h"
#include "tools/lib/words.h"

static void add_direct(const struct sched *s, struct flag_graph *g, size_t i)
{
	g->need[i] = WIDE_BIT(i);
	for (char **r = s->flag[i].requires; r && *r; r++) {
		const struct sched_flag *f = sched_flag_find(s, *r);

		if (f)
			g->need[i] |= WIDE_BIT(f - s->flag);
	}
}

void flag_graph_make(const struct sched *s, struct flag_graph *ret)
{
	*ret = (struct flag_graph){ .count = s ? s->flag_count : 0 };
	for (size_t i = 0; i < ret->count; i++)
		add_direct(s, ret, i);
	/* Warshall: who needs k needs what k needs. */
	for (size_t k = 0; k < ret->count; k++) {
		for (size_t i = 0; i < ret->count; i++) {
			if (ret->need[i] & WIDE_BIT(k))
				ret->need[i] |= ret->need[k];
		}
	}
	for (size_t i = 0; i < ret->count; i++) {
		for (size_t k = 0; k < ret->count; k++) {
			if (ret->need[k] & WIDE_BIT(i))
				ret->users[i] |= WIDE_BIT(k);
		}
	}
}

flag_set flag_graph_close(const struct flag_graph *g, flag_set on)
{
	flag_set closed = 0;

	for (; on; on &= on - 1)
		closed |= g->need[wide_lowest(on)];
	return closed;
}

int flag_space_make(const struct sched *s, const struct test *t,
		    struct flag_space *ret, struct why *reterr_why)
{
	struct profile base;
	int r = profile_of_test(s, t, &base, reterr_why);

	if (r < 0)
		return r;
	*ret = (struct flag_space){ 0 };
	flag_graph_make(s, &ret->g);
	for (size_t i = 0; i < ret->g.count; i++) {
		if (base.on[i])
			ret->base |= WIDE_BIT(i);
		if (words_have(t->excluded_flags, s->flag[i].name))
			ret->out |= ret->g.users[i];
	}
	profile_done(&base);
	return 0;
}

bool flag_space_has(const struct flag_space *f, flag_set on)
{
	return (on & f->base) == f->base && !(on & f->out) &&
	       flag_graph_close(&f->g, on) == on;
}

/*
 * The next number has one more bit b, the bits above it as they are, and below
 * it only what these need. It is a profile if b needs none of those above that
 * are off; the lowest such b makes the smallest number.
 */
bool flag_space_next(const struct flag_space *f, flag_set *on)
{
	for (size_t b = 0; b < f->g.count; b++) {
		flag_set above = *on & ~(WIDE_BIT(b) | (WIDE_BIT(b) - 1));

		if ((*on | f->out) & WIDE_BIT(b))
			continue;
		if (f->g.need[b] >> b >> 1 & ~(above >> b >> 1))
			continue;
		*on = f->base | f->g.need[b] | flag_graph_close(&f->g, above);
		return true;
	}
	return false;
}
