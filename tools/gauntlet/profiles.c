/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/profiles.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/flag-cover.h"
#include "tools/gauntlet/request.h"
#include "tools/lib/cleanup.h"

/* Is one of @globs stars alone? */
static bool take_all(char *const *globs)
{
	for (; *globs; globs++) {
		if (**globs && !(*globs)[strspn(*globs, "*")])
			return true;
	}
	return false;
}

/* What was read of the name when the flags from @level on are decided. */
static uint64_t *state_at(const struct profiles *p, size_t level)
{
	return p->states + level * p->pattern.words;
}

int profiles_begin(const struct sched *s, const struct test *t,
		   char *const *globs, struct profiles *ret,
		   struct why *reterr_why)
{
	struct profiles *p = ret;
	int r;

	*p = (struct profiles){ .s = s, .globs = globs };
	r = flag_space_make(s, t, &p->space, reterr_why);
	if (r < 0 || !globs)
		return r;
	p->is_all = take_all(globs);
	if (p->is_all)
		return 0;
	pattern_make(globs, &p->pattern);
	p->any = (struct profile_search){
		.s = s, .f = &p->space, .pattern = &p->pattern, .globs = globs
	};
	p->states = must(calloc(p->space.g.count + 1,
				p->pattern.words * sizeof(*p->states)));
	memcpy(state_at(p, p->space.g.count), p->pattern.first,
	       p->pattern.words * sizeof(*p->states));
	return 0;
}

void profiles_done(struct profiles *p)
{
	pattern_done(&p->pattern);
	memo_done(&p->any.memo);
	free(p->states);
	p->states = NULL;
	free(p->few);
	p->few = NULL;
}

void profiles_thin(struct profiles *p, enum level level)
{
	if (flag_cover_make(&p->space, level, &p->few, &p->few_count) < 0)
		die(EX_BROKEN, "out of memory");
}

/* Is there any with @high from @level on? What earlier profiles left in the
 * memo is forgotten before the question counts as too hard. */
static int is_there(struct profiles *p, size_t level, flag_set high,
		    struct why *reterr_why)
{
	wide any;
	int r = profile_search(&p->any, level, high, state_at(p, level), &any);

	if (r < 0) {
		memo_done(&p->any.memo);
		r = profile_search(&p->any, level, high, state_at(p, level),
				   &any);
	}
	if (r < 0)
		return why_set(reterr_why, r,
			       "the flags require each other in too many ways "
			       "to find profiles by a pattern; name them in "
			       "full");
	return any != 0;
}

/* The smallest profile with @high from @level on, if there is any. */
static int descend(struct profiles *p, size_t level, flag_set high,
		   struct why *reterr_why)
{
	size_t size = p->pattern.words * sizeof(*p->states);
	int r = is_there(p, level, high, reterr_why);

	for (; r > 0 && level > 0; level--) {
		flag_set bit = WIDE_BIT(level - 1);

		/* As if it were off, to ask. */
		memcpy(state_at(p, level - 1), state_at(p, level), size);
		r = 0;
		if (!(profile_forced(&p->space, level, high) & bit))
			r = is_there(p, level - 1, high, reterr_why);
		if (r != 0)
			continue;
		profile_read(&p->any, level - 1, high, state_at(p, level),
			     state_at(p, level - 1));
		high |= bit;
		r = 1;
	}
	p->on = high;
	return r;
}

int profiles_first(struct profiles *p, struct why *reterr_why)
{
	if (p->few) {
		p->few_at = 0;
		p->on = p->few[0];
		return 1;
	}
	if (p->globs && !p->is_all)
		return descend(p, p->space.g.count, 0, reterr_why);
	p->on = p->space.base;
	return 1;
}

int profiles_next(struct profiles *p, struct why *reterr_why)
{
	if (p->few) {
		if (p->few_at + 1 >= p->few_count)
			return 0;
		p->on = p->few[++p->few_at];
		return 1;
	}
	if (!p->globs)
		return 0;
	if (p->is_all)
		return flag_space_next(&p->space, &p->on);
	for (size_t b = 0; b < p->space.g.count; b++) {
		flag_set above = p->on & ~(WIDE_BIT(b) | (WIDE_BIT(b) - 1));
		int r;

		if (p->on & WIDE_BIT(b) ||
		    profile_barred(&p->space, b + 1, above) & WIDE_BIT(b))
			continue;
		profile_read(&p->any, b, above, state_at(p, b + 1),
			     state_at(p, b));
		r = descend(p, b, above | WIDE_BIT(b), reterr_why);
		if (r != 0)
			return r;
	}
	return 0;
}

void profiles_current(const struct profiles *p, struct profile *ret)
{
	size_t count = p->space.g.count;
	auto_str struct str name = { 0 };

	ret->on = must(calloc(count + 1, sizeof(*ret->on)));
	for (size_t i = 0; i < count; i++)
		ret->on[i] = p->on >> i & 1;
	profile_add_name(p->s, ret->on, &name);
	ret->name = must(str_take(&name));
}

int profiles_count(const struct profiles *p, wide *ret, struct why *reterr_why)
{
	struct profile_search all = p->any;
	int r;

	if (p->few || !p->globs) {
		*ret = p->few ? p->few_count : 1;
		return 0;
	}
	if (p->is_all)
		return flag_space_count(&p->space, ret, reterr_why);
	all.is_count = true;
	all.memo = (struct memo){ 0 };
	r = profile_search(&all, p->space.g.count, 0, p->pattern.first, ret);
	memo_done(&all.memo);
	if (r < 0)
		return why_set(reterr_why, r,
			       "the flags require each other in too many ways "
			       "to count the profiles that match exactly");
	return 0;
}
