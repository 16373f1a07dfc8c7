/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/profiles.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/glob.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "tools/lib/words.h"

#define FREE_FLAGS_MAX 20

static int append(const struct sched *s, const char *name, struct profiles *p,
		  struct why *reterr_why)
{
	struct profile *grown =
		reallocarray(p->item, p->count + 1, sizeof(*grown));
	int r;

	if (!grown)
		return -ENOMEM;
	p->item = grown;
	r = profile_parse(s, name, &grown[p->count], reterr_why);
	if (r == 0)
		p->count++;
	return r;
}

/* One number of the order: base flags and the free ones whose bit is set. */
static int add_number(const struct sched *s, const struct profile *base,
		      const size_t *free_flag, uint32_t number,
		      char *const *globs, struct profiles *p,
		      struct why *reterr_why)
{
	auto_free bool *on = calloc(s->flag_count + 1, sizeof(*on));
	auto_str struct str name = { 0 };
	const char *need;

	if (!on)
		return -ENOMEM;
	memcpy(on, base->on, s->flag_count * sizeof(*on));
	for (size_t bit = 0; number >> bit; bit++) {
		if (number >> bit & 1)
			on[free_flag[bit]] = true;
	}
	if (profile_unmet(s, on, &need))
		return 0;
	profile_add_name(s, on, &name);
	if (!glob_matches(globs, str_text(&name)))
		return 0;
	return append(s, str_text(&name), p, reterr_why);
}

static int add_all(const struct sched *s, const struct test *t,
		   const struct profile *base, char *const *globs,
		   struct profiles *p, struct why *reterr_why)
{
	size_t free_flag[FREE_FLAGS_MAX], count = 0;
	int r = 0;

	for (size_t i = 0; i < s->flag_count; i++) {
		if (base->on[i] ||
		    words_have(t->excluded_flags, s->flag[i].name))
			continue;
		if (count == FREE_FLAGS_MAX)
			return why_set(reterr_why, -E2BIG,
				       "test '%s' leaves more than %d flags of "
				       "'%s' free, which makes too many "
				       "profiles; require or exclude some",
				       t->name, FREE_FLAGS_MAX, s->name);
		free_flag[count++] = i;
	}
	for (uint32_t number = 0; r == 0 && number < 1U << count; number++)
		r = add_number(s, base, free_flag, number, globs, p,
			       reterr_why);
	return r;
}

int profiles_list(const struct sched *s, const struct test *t,
		  char *const *globs, struct profiles *ret,
		  struct why *reterr_why)
{
	struct profiles p = { 0 };
	struct profile base;
	int r = profile_of_test(s, t, &base, reterr_why);

	if (r < 0)
		return r;
	if (s && globs)
		r = add_all(s, t, &base, globs, &p, reterr_why);
	else if (!globs || glob_matches(globs, base.name))
		r = append(s, base.name, &p, reterr_why);
	profile_done(&base);
	if (r < 0) {
		profiles_done(&p);
		return r;
	}
	*ret = p;
	return 0;
}

void profiles_done(struct profiles *p)
{
	for (size_t i = 0; i < p->count; i++)
		profile_done(&p->item[i]);
	free(p->item);
	*p = (struct profiles){ 0 };
}
