/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/select-flags.h"

#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"

static void add_flag(struct flag_names *f, uint32_t scheduler, const char *flag,
		     size_t len)
{
	uint32_t n = name_table_add(&f->names, flag, len);
	struct flag_list *list = &f->of[scheduler];
	size_t before = f->seen.count;

	if (name_table_add_pair(&f->seen, scheduler, n) < before)
		return;
	list->item = must(
		reallocarray(list->item, list->count + 1, sizeof(*list->item)));
	list->item[list->count++] =
		(struct flag_name){ n, { NAME_NONE, NAME_NONE } };
}

static void add_profile(struct flag_names *f, uint32_t scheduler,
			const char *profile)
{
	if (strcmp(profile, "default") == 0)
		return;
	while (*profile) {
		size_t len = strcspn(profile, "+");

		add_flag(f, scheduler, profile, len);
		profile += len + (profile[len] == '+');
	}
}

void flag_names_find(const struct choices *c, struct flag_names *ret)
{
	bool *done = must(calloc(c->profiles.count + 1, sizeof(*done)));

	*ret = (struct flag_names){ .words = c->words.count };
	ret->of = must(calloc(c->words.count + 1, sizeof(*ret->of)));
	for (size_t i = 0; i < c->count; i++) {
		const struct choice *v = &c->item[i];

		if (!v->in || done[v->flags])
			continue;
		done[v->flags] = true;
		add_profile(ret, v->part[VARIANT_SCHEDULER],
			    choice_part(c, v, VARIANT_PROFILE));
	}
	free(done);
}

bool flag_is_on(const char *profile, const char *flag)
{
	size_t wanted = strlen(flag);

	while (*profile) {
		size_t len = strcspn(profile, "+");

		if (len == wanted && memcmp(profile, flag, len) == 0)
			return true;
		profile += len + (profile[len] == '+');
	}
	return false;
}

void flag_names_done(struct flag_names *f)
{
	for (size_t i = 0; i < f->words; i++)
		free(f->of[i].item);
	free(f->of);
	name_table_done(&f->names);
	name_table_done(&f->seen);
	*f = (struct flag_names){ 0 };
}
