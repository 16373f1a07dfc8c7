/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shard.c - "ktstr-gauntlet shard": the share of one machine among several.
 *
 * Each machine finds its own share from the same list, so all that counts is
 * the list. A variant goes to the shard that its name prefers among those that
 * have room: highest random weight (Thaler and Ravishankar, 1998), with bounded
 * loads (Mirrokni, Thorup and Zadimoghaddam, 2018). When a variant comes or
 * goes, or takes longer, others move only where a shard is full.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/expect.h"
#include "tools/gauntlet/request.h"
#include "tools/gauntlet/select.h"

/* How much more than its share a shard may get: less moves more. */
#define ROOM 1.05

static uint64_t hash_name(const struct choice *v)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < v->name_len; i++)
		h = (h ^ (unsigned char)v->line[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* The finalizer of SplitMix64: Steele, Lea, Flood, OOPSLA 2014. */
static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

struct shards {
	double *load_s;
	unsigned int count;
	double room_s;
};

/* The shard that the name likes best among those with room; where none has, the
 * one with the least to do. */
static unsigned int shard_of(const struct shards *s, const struct choice *v)
{
	uint64_t name = hash_name(v), best = 0;
	unsigned int found = s->count, least = 0;

	for (unsigned int i = 0; i < s->count; i++) {
		uint64_t weight = mix(name ^ mix(i));

		if (s->load_s[i] < s->load_s[least])
			least = i;
		if (s->load_s[i] + v->seconds > s->room_s ||
		    (found < s->count && weight <= best))
			continue;
		found = i;
		best = weight;
	}
	return found < s->count ? found : least;
}

static int longest_first(const void *a, const void *b)
{
	const struct choice *x = *(struct choice *const *)a;
	const struct choice *y = *(struct choice *const *)b;

	return x->seconds > y->seconds ? -1
	       : x->seconds < y->seconds
		       ? 1
		       : (x->rank > y->rank) - (x->rank < y->rank);
}

/* Mark those of shard @wanted, and give its seconds; @ret_s: of all. */
static double share(struct choices *c, unsigned int wanted, unsigned int count,
		    double *ret_s)
{
	struct shards s = { .count = count };
	struct choice **order = must(calloc(c->count, sizeof(struct choice *)));
	double seconds;

	*ret_s = 0;
	s.load_s = must(calloc(count, sizeof(*s.load_s)));
	for (size_t i = 0; i < c->count; i++) {
		order[i] = &c->item[i];
		*ret_s += c->item[i].seconds;
	}
	s.room_s = *ret_s / count * ROOM;
	qsort(order, c->count, sizeof(struct choice *), longest_first);
	for (size_t i = 0; i < c->count; i++) {
		unsigned int n = shard_of(&s, order[i]);

		s.load_s[n] += order[i]->seconds;
		order[i]->chosen = n == wanted;
	}
	seconds = s.load_s[wanted];
	free(s.load_s);
	free(order);
	return seconds;
}

int shard_main(int argc, char **argv)
{
	struct select_request req;
	struct choices c;
	double all_s, its_s;
	size_t chosen = 0;

	select_options(argc, argv, true, &req);
	choices_read(&req, &c);
	expect_all(&c, req.results);
	its_s = share(&c, req.shard - 1, req.shards, &all_s);
	for (size_t i = 0; i < c.count; i++) {
		if (c.item[i].chosen)
			puts(c.item[i].line);
		chosen += c.item[i].chosen;
	}
	if (!chosen)
		die(EX_FAIL, "part %u of %u has no variant: there are %zu",
		    req.shard, req.shards, c.count);
	note("part %u of %u: %zu of %zu variants, %.1f of %.1f s", req.shard,
	     req.shards, chosen, c.count, its_s, all_s);
	choices_done(&c);
	select_options_done(&req);
	msg_close_stdout();
	return EX_PASS;
}
