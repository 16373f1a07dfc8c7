/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/restrict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/presets.h"
#include "tools/lib/spec/read.h"
#include "tools/lib/words.h"

/* "7" or "1..50" */
static int parse_range(const char *text, uint64_t *from, uint64_t *to)
{
	const char *dots = strstr(text, "..");
	char first[16];

	if (!dots) {
		if (num_parse(text, 0, UINT32_MAX, from) < 0)
			return -EINVAL;
		*to = *from;
		return 0;
	}
	size_t len = (size_t)(dots - text);
	if (len >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, len);
	first[len] = '\0';
	if (num_parse(first, 0, UINT32_MAX, from) < 0 ||
	    num_parse(dots + 2, *from, UINT32_MAX, to) < 0)
		return -EINVAL;
	return 0;
}

bool seeds_have(const struct seeds *s, uint64_t seed)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->item[i] == seed)
			return true;
	}
	return false;
}

int seeds_add(struct seeds *s, const char *text, struct why *reterr_why)
{
	uint64_t from, to;
	uint32_t *grown;

	if (parse_range(text, &from, &to) < 0)
		return why_set(reterr_why, -EINVAL,
			       "'%s' is no number from 0 to %u, and no range "
			       "of them such as 1..50",
			       text, UINT32_MAX);
	if (to - from >= SEEDS_MAX - s->count)
		return why_set(reterr_why, -EINVAL,
			       "'%s' makes more than %d seeds", text,
			       SEEDS_MAX);
	for (size_t i = 0; i < s->count; i++) {
		if (s->item[i] >= from && s->item[i] <= to)
			return why_set(reterr_why, -EINVAL,
				       "seed %u is given twice", s->item[i]);
	}
	grown = reallocarray(s->item, s->count + (size_t)(to - from) + 1,
			     sizeof(*grown));
	if (!grown)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	s->item = grown;
	for (uint64_t seed = from; seed <= to; seed++)
		grown[s->count++] = (uint32_t)seed;
	return 0;
}

void seeds_done(struct seeds *s)
{
	free(s->item);
	*s = (struct seeds){ 0 };
}

bool restriction_has_clock(const struct restriction *r, const char *clock)
{
	if (!r->virtual && !r->real)
		return true;
	return strcmp(clock, "real") == 0 ? r->real : r->virtual;
}

void restriction_done(struct restriction *r)
{
	seeds_done(&r->seeds);
	words_free(r->presets);
	r->presets = NULL;
}

int restriction_read_seeds(const struct conf_entry *e, struct diag *d,
			   struct restriction *ret)
{
	auto_value_words struct value_words w = { 0 };
	struct why why;

	if (value_words(e->value, &e->at_value, &w) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < w.count; i++) {
		int r = seeds_add(&ret->seeds, w.item[i].text, &why);

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			diag_add(d, &w.item[i].at, "%s", why.text);
	}
	return 0;
}

int restriction_read_presets(const struct conf_entry *e, struct diag *d,
			     struct restriction *ret)
{
	auto_value_words struct value_words w = { 0 };

	if (value_words(e->value, &e->at_value, &w) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < w.count; i++) {
		if (!preset_matches(w.item[i].text)) {
			diag_add(d, &w.item[i].at, "no preset is named '%s'",
				 w.item[i].text);
			diag_hint(d, preset_nearest(w.item[i].text));
		} else if (words_append(&ret->presets, w.item[i].text) < 0) {
			return -ENOMEM;
		}
	}
	return 0;
}

int restriction_read_clocks(const struct conf_entry *e, struct diag *d,
			    struct restriction *ret)
{
	auto_value_words struct value_words w = { 0 };

	if (value_words(e->value, &e->at_value, &w) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < w.count; i++) {
		if (strcmp(w.item[i].text, "virtual") == 0)
			ret->virtual = true;
		else if (strcmp(w.item[i].text, "real") == 0)
			ret->real = true;
		else
			diag_add(d, &w.item[i].at,
				 "a clock is virtual or real, not '%s'",
				 w.item[i].text);
	}
	return 0;
}
