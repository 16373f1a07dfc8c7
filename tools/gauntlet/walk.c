/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/walk.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/pair.h"

/**
 * struct walk - a place among the variants, as numbers of their parts
 * @begun:   they are those of the current variant
 * @profile: current, while @begun
 */
struct walk {
	const struct request *req;
	struct pair *pairs;
	size_t pair_count;
	size_t kernel, pair, machine, clock, seed;
	bool begun;
	struct profile profile;
	char *name;
};

/* Every pattern must be good for something. */
static void check_presets(const struct request *req)
{
	for (char **glob = req->preset; glob && *glob; glob++) {
		const char *near;

		if (preset_matches(*glob) || fnmatch(*glob, "own", 0) == 0)
			continue;
		near = preset_nearest(*glob);
		die(EX_USAGE, "--preset: no preset is named '%s'%s%s%s", *glob,
		    near ? ", did you mean '" : "", near ? near : "",
		    near ? "'?" : "");
	}
}

/* Has the pair a profile of that pattern? */
static bool has_profile(const struct pair *pair, char *glob)
{
	const struct sched *s = sched_file_declaration(pair->sched);
	char *const globs[] = { glob, NULL };
	struct profiles profiles;
	struct why why = { .text = "out of memory", .error = -ENOMEM };
	int r = profiles_begin(s, &pair->test->test, globs, &profiles, &why);

	if (r == 0)
		r = profiles_first(&profiles, &why);
	profiles_done(&profiles);
	if (r < 0)
		die(why_code(why.error, EX_USAGE), "--profile: %s", why.text);
	return r > 0;
}

static void check_profiles(const struct walk *w)
{
	for (char **glob = w->req->profile; glob && *glob; glob++) {
		bool used = false;

		for (size_t i = 0; i < w->pair_count && !used; i++)
			used = has_profile(&w->pairs[i], *glob);
		if (!used)
			die(EX_USAGE, "--profile: no profile is named '%s'",
			    *glob);
	}
}

struct walk *walk_begin(const struct request *req, struct project *p)
{
	struct walk *w = must(calloc(1, sizeof(*w)));

	check_presets(req);
	w->req = req;
	w->pair_count = pairs_make(req, p, &w->pairs);
	if (!w->pair_count)
		die(EX_USAGE, "no variant is selected");
	check_profiles(w);
	return w;
}

void walk_rewind(struct walk *w)
{
	profile_done(&w->profile);
	free(w->name);
	*w = (struct walk){ .req = w->req,
			    .pairs = w->pairs,
			    .pair_count = w->pair_count };
}

void walk_end(struct walk *w)
{
	walk_rewind(w);
	pairs_done(w->pairs, w->pair_count);
	free(w);
}

static bool take_profile(struct walk *w, int r, const struct why *why)
{
	struct pair *pair = &w->pairs[w->pair];

	if (r < 0)
		die(EX_USAGE, "test '%s', scheduler '%s': %s",
		    pair->test->test.name, sched_file_name(pair->sched),
		    why->text);
	if (r == 0)
		return false;
	profile_done(&w->profile);
	profiles_current(&pair->profiles, &w->profile);
	return true;
}

static bool first_profile(struct walk *w)
{
	struct why why;
	int r = profiles_first(&w->pairs[w->pair].profiles, &why);

	return take_profile(w, r, &why);
}

static bool next_profile(struct walk *w)
{
	struct why why;
	int r = profiles_next(&w->pairs[w->pair].profiles, &why);

	return take_profile(w, r, &why);
}

/* To the next of @count, or back to the first. Return: false when back. */
static bool turn(size_t *at, size_t count)
{
	if (++*at < count)
		return true;
	*at = 0;
	return false;
}

static bool advance(struct walk *w)
{
	const struct pair *pair = &w->pairs[w->pair];

	if (turn(&w->seed, pair->seed_count) ||
	    turn(&w->clock, pair->clock_count) || next_profile(w))
		return true;
	if (!turn(&w->machine, pair->machines.count) &&
	    !turn(&w->pair, w->pair_count) &&
	    !turn(&w->kernel, w->req->kernel_count))
		return false;
	return first_profile(w);
}

bool walk_next(struct walk *w, struct variant *ret)
{
	const struct pair *pair;
	const struct machine *machine;

	/* A pair has one profile at least. */
	if (!(w->begun ? advance(w) : first_profile(w)))
		return false;
	w->begun = true;
	pair = &w->pairs[w->pair];
	machine = &pair->machines.item[w->machine];
	*ret = (struct variant){
		.kernel = &w->req->kernel[w->kernel],
		.sched = pair->sched,
		.test = pair->test,
		.preset = machine->name,
		.topology = machine->topology,
		.profile = &w->profile,
		.clock = pair->clock[w->clock],
		.seed = pair->seed[w->seed],
	};
	free(w->name);
	if (asprintf(&w->name, "%s/%s/%s/%s/%s/%s/s%" PRIu64,
		     ret->kernel->label, sched_file_name(ret->sched),
		     ret->test->test.name, ret->preset, w->profile.name,
		     ret->clock, ret->seed) < 0)
		die(EX_BROKEN, "out of memory");
	ret->name = w->name;
	return true;
}

static int count_pair(const struct walk *w, const struct pair *pair, wide *ret,
		      struct why *reterr_why)
{
	wide n;
	int r = profiles_count(&pair->profiles, &n, reterr_why);

	if (r < 0)
		return r;
	r = wide_multiply(&n, pair->machines.count);
	if (r == 0)
		r = wide_multiply(&n, pair->clock_count * pair->seed_count);
	if (r == 0)
		r = wide_multiply(&n, w->req->kernel_count);
	if (r == 0)
		r = wide_add(ret, n);
	if (r < 0)
		return why_set(reterr_why, r, "they are 2^128 and more");
	return 0;
}

int walk_count(const struct walk *w, wide *ret, struct why *reterr_why)
{
	int r = 0;

	*ret = 0;
	for (size_t i = 0; i < w->pair_count && r == 0; i++)
		r = count_pair(w, &w->pairs[i], ret, reterr_why);
	return r;
}
