/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/pair.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/glob.h"

static bool has_tag(const struct request *req, const struct test *t)
{
	if (!req->tag)
		return true;
	for (char **tag = t->tags; tag && *tag; tag++) {
		if (glob_matches(req->tag, *tag))
			return true;
	}
	return false;
}

bool pair_is_selected(const struct request *req, const struct test_file *t,
		      const struct sched_file *s)
{
	return project_runs_on(&t->test, s) && has_tag(req, &t->test);
}

static void find_clocks(const struct request *req, struct pair *pair,
			struct left_out *left_out)
{
	const struct test *t = &pair->test->test;
	bool has_virtual = restriction_has_clock(&t->only, "virtual");

	if (!req->clock)
		pair->clock[pair->clock_count++] =
			has_virtual ? "virtual" : "real";
	for (char **clock = req->clock; clock && *clock; clock++) {
		if (restriction_has_clock(&t->only, *clock))
			pair->clock[pair->clock_count++] = *clock;
		else
			left_out_add(left_out, LEFT_OUT_CLOCKS,
				     "test '%s' is not run under the %s clock, "
				     "because of its 'clocks ='",
				     t->name, *clock);
	}
}

static void add_seed(struct pair *pair, uint32_t seed)
{
	pair->seed[pair->seed_count++] = seed;
}

static void find_seeds(const struct request *req, struct pair *pair,
		       struct left_out *left_out)
{
	const struct test *t = &pair->test->test;
	const struct seeds *only = &t->only.seeds, *asked = &req->seeds;

	pair->seed = must(
		calloc(asked->count + only->count + 1, sizeof(*pair->seed)));
	for (size_t i = 0; i < asked->count; i++) {
		if (!only->count || seeds_have(only, asked->item[i]))
			add_seed(pair, asked->item[i]);
	}
	if (pair->seed_count < asked->count)
		left_out_add(left_out, LEFT_OUT_SEEDS,
			     "test '%s' is not run with %zu of the seeds "
			     "selected, because of its 'seeds ='",
			     t->name, asked->count - pair->seed_count);
	for (size_t i = 0; !asked->count && i < only->count; i++)
		add_seed(pair, only->item[i]);
	if (!asked->count && !only->count)
		add_seed(pair, 1);
}

static void pair_done(struct pair *pair)
{
	profiles_done(&pair->profiles);
	machines_done(&pair->machines);
	free(pair->seed);
	pair->seed = NULL;
}

static void note_profiles(const struct request *req, const struct pair *pair,
			  struct left_out *left_out)
{
	auto_str struct str names = { 0 };

	for (char **glob = req->profile; *glob; glob++)
		str_addf(&names, "%s'%s'", glob == req->profile ? "" : " or ",
			 *glob);
	left_out_add(left_out, LEFT_OUT_PROFILES,
		     "test '%s' is not run with scheduler '%s': none of its "
		     "profiles there is named %s",
		     pair->test->test.name, sched_file_name(pair->sched),
		     str_text(&names));
}

/* Return: false when nothing is left of it. */
static bool fill_pair(const struct request *req, struct project *p,
		      struct left_out *left_out, struct pair *pair)
{
	const struct sched *s = sched_file_declaration(pair->sched);
	const struct test *t = &pair->test->test;
	struct why why = { .text = "out of memory", .error = -ENOMEM };
	int r = profiles_begin(s, t, req->profile, &pair->profiles, &why);

	if (r == 0 && req->level != LEVEL_NONE)
		profiles_thin(&pair->profiles, req->level);
	if (r == 0)
		r = profiles_first(&pair->profiles, &why);
	if (r < 0)
		die(why_code(r, EX_USAGE), "test '%s', scheduler '%s': %s",
		    t->name, sched_file_name(pair->sched), why.text);
	if (r == 0)
		note_profiles(req, pair, left_out);
	machines_find(req, p, t, s, left_out, &pair->machines);
	find_clocks(req, pair, left_out);
	find_seeds(req, pair, left_out);
	return r > 0 && pair->machines.count && pair->clock_count &&
	       pair->seed_count;
}

static void check_pairs(const struct request *req, struct project *p)
{
	for (size_t i = 0; i < p->sched_count * p->test_count; i++) {
		const struct sched_file *s = &p->sched[i / p->test_count];
		const struct test_file *t = &p->test[i % p->test_count];
		const struct sched *declared = sched_file_declaration(s);

		if (!pair_is_selected(req, t, s))
			continue;
		project_check_pair(p, &t->test, declared);
		if (machines_want_own(req))
			project_check_own_machine(p, &t->test, declared);
	}
	project_stop_on_complaints(p);
}

size_t pairs_make(const struct request *req, struct project *p,
		  struct pair **ret)
{
	size_t all = p->sched_count * p->test_count, count = 0;
	struct pair *pairs = must(calloc(all + 1, sizeof(*pairs)));
	struct left_out left_out = { 0 };

	check_pairs(req, p);
	for (size_t i = 0; i < all; i++) {
		struct pair *pair = &pairs[count];

		*pair = (struct pair){ .sched = &p->sched[i / p->test_count],
				       .test = &p->test[i % p->test_count] };
		if (!pair_is_selected(req, pair->test, pair->sched))
			continue;
		if (fill_pair(req, p, &left_out, pair))
			count++;
		else
			pair_done(pair);
	}
	project_stop_on_complaints(p);
	left_out_end(&left_out);
	*ret = pairs;
	return count;
}

void pairs_done(struct pair *pair, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pair_done(&pair[i]);
	free(pair);
}
