/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-gc.c - keep the cache within limits: gc. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/cache/commands.h"
#include "tools/cache/store/describe.h"
#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock-files.h"
#include "tools/cache/store/remove.h"
#include "tools/cache/store/share.h"
#include "tools/cache/store/usage.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/num.h"

#define DAY_S 86400

/* The work of one gc. */
struct gc {
	const struct options *o;
	uint64_t max_bytes; /* UINT64_MAX for no limit */
	struct usage all;
	unsigned int busy;
	bool broken;
};

/* The limit of size: the option, else the variable, else none. */
static uint64_t limit_of_size(const struct options *o)
{
	const char *text =
		o->max_size ? o->max_size : getenv("KTSTR_CACHE_MAX_SIZE");
	uint64_t bytes;

	if (!text || (!*text && !o->max_size))
		return UINT64_MAX;
	if (num_parse_size(text, &bytes) < 0)
		die(EX_USAGE, "%s '%s' is no size such as 500M or 20G",
		    o->max_size ? "--max-size" : "KTSTR_CACHE_MAX_SIZE", text);
	return bytes;
}

/* Remove one thing, or say that it would be. */
static void remove_thing(struct gc *g, struct thing *t)
{
	struct why why;
	int r = 0;

	if (!g->o->dry_run)
		r = t->is_entry ? entry_remove(g->o->root, t->name, &why)
				: thing_remove(g->o->root, t->name, &why);
	if (r == 0) {
		t->gone = true;
		puts(t->name);
		return;
	}
	warn("%s", why.text);
	if (r == -EBUSY)
		g->busy++;
	else
		g->broken = true;
}

/* What is to be done without any limit. */
static void tidy(const struct options *o)
{
	auto_str struct str size = { 0 };
	uint64_t saved = 0;
	struct why why;

	if (share_all(o->root, &saved, &why) < 0)
		warn("%s; equal files are not shared", why.text);
	lock_files_tidy(o->root);
	describe_size(&size, saved);
	if (saved)
		note("equal files of entries are stored once now: %s saved",
		     str_text(&size));
}

static void remove_by_age(struct gc *g)
{
	time_t now = time(NULL);

	for (size_t i = 0; i < g->all.count; i++) {
		struct thing *t = &g->all.thing[i];

		if (now - t->used > (time_t)g->o->max_age_days * DAY_S)
			remove_thing(g, t);
	}
}

static void remove_by_size(struct gc *g)
{
	for (size_t i = 0; i < g->all.count; i++) {
		if (usage_total(&g->all) <= g->max_bytes)
			return;
		if (!g->all.thing[i].gone)
			remove_thing(g, &g->all.thing[i]);
	}
}

static void say_total(const struct gc *g, uint64_t before)
{
	auto_str struct str had = { 0 }, has = { 0 };

	describe_size(&had, before);
	describe_size(&has, usage_total(&g->all));
	note("cache: %s: %s%s%s%s", g->o->root, str_text(&had),
	     g->o->dry_run ? ", would be " : ", now ", str_text(&has),
	     g->o->dry_run ? " (nothing is removed)" : "");
}

int do_gc(const struct options *o)
{
	struct gc g = { .o = o, .max_bytes = limit_of_size(o) };
	uint64_t before;
	struct why why;
	int r;

	if (access(o->root, F_OK) < 0 && errno == ENOENT) {
		note("there is no cache '%s'", o->root);
		return EX_PASS;
	}
	if (!o->dry_run)
		tidy(o);
	r = usage_read(o->root, &g.all, &why);
	if (r < 0)
		return fail(r, &why);
	before = usage_total(&g.all);
	if (o->has_max_age)
		remove_by_age(&g);
	remove_by_size(&g);
	say_total(&g, before);
	usage_done(&g.all);
	return g.broken ? EX_BROKEN : g.busy ? EX_BUSY : EX_PASS;
}
