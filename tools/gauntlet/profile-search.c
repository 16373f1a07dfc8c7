/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/profile-search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/glob.h"
#include "tools/gauntlet/request.h"
#include "tools/lib/cleanup.h"

#define CASES_MAX (1 << 15)

/* Words of a memo's key before the patterns' state. */
#define KEY_WORDS 5

static flag_set below(size_t level)
{
	return WIDE_BIT(level) - 1;
}

flag_set profile_forced(const struct flag_space *f, size_t level, flag_set high)
{
	return (f->base | flag_graph_close(&f->g, high)) & below(level);
}

flag_set profile_barred(const struct flag_space *f, size_t level, flag_set high)
{
	flag_set off = below(f->g.count) & ~below(level) & ~high;
	flag_set barred = f->out;

	for (; off; off &= off - 1)
		barred |= f->g.users[wide_lowest(off)];
	return barred & below(level);
}

void profile_read(const struct profile_search *q, size_t index, flag_set high,
		  const uint64_t *from, uint64_t *to)
{
	memmove(to, from, q->pattern->words * sizeof(*to));
	if (high)
		pattern_read(q->pattern, "+", to);
	pattern_read(q->pattern, q->s->flag[index].name, to);
}

static bool is_dead(const struct profile_search *q, const uint64_t *state)
{
	for (size_t i = 0; i < q->pattern->words; i++) {
		if (state[i])
			return false;
	}
	return true;
}

/* The name is known to its first letter. */
static bool is_wanted(const struct profile_search *q, flag_set on,
		      const uint64_t *state)
{
	return on ? pattern_matches(q->pattern, state)
		  : glob_matches(q->globs, "default");
}

/* Both ways to decide the flag right below @level. */
static int try_both(struct profile_search *q, size_t level, flag_set high,
		    const uint64_t *state, wide *ret)
{
	auto_free uint64_t *read =
		must(calloc(q->pattern->words, sizeof(*read)));
	size_t b = level - 1;
	wide off = 0, on = 0;
	int r = 0;

	if (!(profile_forced(q->f, level, high) & WIDE_BIT(b)))
		r = profile_search(q, b, high, state, &off);
	if (r == 0 && !(off && !q->is_count) &&
	    !(profile_barred(q->f, level, high) & WIDE_BIT(b))) {
		profile_read(q, b, high, state, read);
		r = profile_search(q, b, high | WIDE_BIT(b), read, &on);
	}
	*ret = q->is_count ? off + on : (off || on);
	return r;
}

int profile_search(struct profile_search *q, size_t level, flag_set high,
		   const uint64_t *state, wide *ret)
{
	size_t words = KEY_WORDS + q->pattern->words;
	flag_set forced = profile_forced(q->f, level, high);
	flag_set barred = profile_barred(q->f, level, high);
	auto_free uint64_t *key = NULL;
	wide *kept;
	bool is_new;
	int r;

	*ret = 0;
	if (level == 0)
		*ret = is_wanted(q, high, state);
	if (level == 0 || (high && is_dead(q, state)))
		return 0;
	/* What comes depends on nothing else. */
	key = must(calloc(words, sizeof(*key)));
	key[0] = level << 1 | (high != 0);
	key[1] = (uint64_t)forced;
	key[2] = (uint64_t)(forced >> 64);
	key[3] = (uint64_t)barred;
	key[4] = (uint64_t)(barred >> 64);
	memcpy(key + KEY_WORDS, state, (words - KEY_WORDS) * sizeof(*key));
	kept = must(memo_at(&q->memo, key, words * sizeof(*key), &is_new));
	if (!is_new) {
		*ret = *kept;
		return 0;
	}
	if (q->memo.count > CASES_MAX)
		return -E2BIG;
	r = try_both(q, level, high, state, ret);
	*kept = *ret;
	return r;
}
