/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/variant.h"

#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/walk.h"
#include "tools/lib/cleanup.h"

/* Does the walk go beyond @most? */
static bool is_longer(struct walk *w, size_t most)
{
	struct variant v;
	size_t n = 0;

	while (n <= most && walk_next(w, &v))
		n++;
	walk_rewind(w);
	return n > most;
}

size_t variants_limit(const struct request *req, struct walk *w, size_t most)
{
	char total[WIDE_TEXT_SIZE], left[WIDE_TEXT_SIZE];
	struct why why;
	wide count;
	int r = walk_count(w, &count, &why);

	if (r == 0 && req->limit && count > req->limit)
		note("the first %zu of %s variants; --limit leaves %s out",
		     req->limit, wide_format(count, total),
		     wide_format(count - req->limit, left));
	if (r < 0 && req->limit)
		note("%zu variants at most; how many --limit leaves out is not "
		     "known: %s",
		     req->limit, why.text);
	if (req->limit)
		return req->limit;
	if (r == 0 && count > most)
		die(EX_USAGE,
		    "%s variants are selected, more than %zu; choose fewer, "
		    "by --profile, --preset and --seed, or take the first N of "
		    "them by --limit N",
		    wide_format(count, total), most);
	if (r < 0 && is_longer(w, most))
		die(EX_USAGE,
		    "more than %zu variants are selected (%s); choose fewer, "
		    "by --profile, --preset and --seed, or take the first N of "
		    "them by --limit N",
		    most, why.text);
	return most;
}

/* One after the other often has the same profile. */
static const struct profile *keep_profile(struct variants *v,
					  const struct variant *item)
{
	const struct profile *last =
		v->profile_count ? v->profile[v->profile_count - 1] : NULL;
	size_t flags = item->sched->path ? item->sched->sched.flag_count : 0;
	struct profile *copy;

	if (last && v->count && v->item[v->count - 1].sched == item->sched &&
	    strcmp(last->name, item->profile->name) == 0)
		return last;
	copy = must(malloc(sizeof(*copy)));
	copy->name = must(strdup(item->profile->name));
	copy->on = must(calloc(flags + 1, sizeof(*copy->on)));
	if (flags)
		memcpy(copy->on, item->profile->on, flags * sizeof(*copy->on));
	v->profile = must(reallocarray(v->profile, v->profile_count + 1,
				       sizeof(*v->profile)));
	return v->profile[v->profile_count++] = copy;
}

static void keep(struct variants *v, struct variant item)
{
	item.profile = keep_profile(v, &item);
	item.name = must(strdup(item.name));
	v->item = must(reallocarray(v->item, v->count + 1, sizeof(*v->item)));
	v->item[v->count++] = item;
}

void variants_select(const struct request *req, struct project *p,
		     struct variants *ret)
{
	struct walk *w = walk_begin(req, p);
	size_t most = variants_limit(req, w, VARIANTS_MAX);
	struct variant item;

	*ret = (struct variants){ 0 };
	while (ret->count < most && walk_next(w, &item))
		keep(ret, item);
	/* The names of machines are the request's, the presets' or the
	 * topologies', and stay. */
	walk_end(w);
}

void variants_done(struct variants *v)
{
	for (size_t i = 0; i < v->count; i++)
		free(v->item[i].name);
	for (size_t i = 0; i < v->profile_count; i++) {
		profile_done(v->profile[i]);
		free(v->profile[i]);
	}
	free(v->item);
	free(v->profile);
	*v = (struct variants){ 0 };
}
