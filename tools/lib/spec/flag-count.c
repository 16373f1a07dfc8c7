/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flag-count.c - how many profiles there are, by parts of the graph. */
#include "tools/lib/spec/flag-graph.h"

#include <errno.h>

#include "tools/lib/memo.h"

/* They take a fifth of a second. */
#define CUTS_MAX (1 << 15)

/* A count on its way; @memo is of parts. */
struct counting {
	const struct flag_graph *g;
	struct memo memo;
};

static int count_set(struct counting *c, flag_set set, wide *ret);

/* The flags of @set that a chain of requirements joins with its lowest. */
static flag_set part_of(const struct flag_graph *g, flag_set set)
{
	flag_set part = 0, fresh = WIDE_BIT(wide_lowest(set));

	while (fresh) {
		unsigned int i = wide_lowest(fresh);

		part |= WIDE_BIT(i);
		fresh |= (g->need[i] | g->users[i]) & set;
		fresh &= ~part;
	}
	return part;
}

/* Where to cut: on and off should both leave little of @part. */
static unsigned int find_cut(const struct flag_graph *g, flag_set part)
{
	unsigned int best = wide_lowest(part), most = 0;

	for (flag_set rest = part; rest; rest &= rest - 1) {
		unsigned int i = wide_lowest(rest);
		unsigned int gain = wide_bits(g->need[i] & part) *
				    wide_bits(g->users[i] & part);

		if (gain > most) {
			most = gain;
			best = i;
		}
	}
	return best;
}

static int count_part(struct counting *c, flag_set part, wide *ret)
{
	wide off, on, *kept;
	unsigned int cut;
	bool is_new;
	int r;

	if (wide_bits(part) == 1) {
		*ret = 2;
		return 0;
	}
	kept = memo_at(&c->memo, &part, sizeof(part), &is_new);
	if (!kept)
		return -ENOMEM;
	if (!is_new) {
		*ret = *kept;
		return 0;
	}
	if (c->memo.count > CUTS_MAX)
		return -E2BIG;
	cut = find_cut(c->g, part);
	r = count_set(c, part & ~c->g->users[cut], &off);
	if (r == 0)
		r = count_set(c, part & ~c->g->need[cut], &on);
	if (r == 0) /* below 2^127, as there are so many flags at most */
		*ret = *kept = off + on;
	return r;
}

static int count_set(struct counting *c, flag_set set, wide *ret)
{
	wide total = 1;
	int r = 0;

	while (set && r == 0) {
		flag_set part = part_of(c->g, set);
		wide n = 0;

		r = count_part(c, part, &n);
		total *= n;
		set &= ~part;
	}
	*ret = total;
	return r;
}

int flag_space_count(const struct flag_space *f, wide *ret,
		     struct why *reterr_why)
{
	struct counting c = { .g = &f->g };
	flag_set all = WIDE_BIT(f->g.count) - 1;
	wide n = 0;
	int r = count_set(&c, all & ~f->base & ~f->out, &n);

	memo_done(&c.memo);
	/* no fixture: the declaration is right, its profiles are many. */
	if (r == -E2BIG)
		return why_set(reterr_why, r,
			       "the flags require each other in too many ways "
			       "to count the profiles exactly");
	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	*ret = n;
	return 0;
}
