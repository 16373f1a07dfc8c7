/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-list.c - all entries: list. */
#include <stdio.h>
#include <string.h>

#include "tools/cache/commands.h"
#include "tools/cache/release/releases.h"
#include "tools/cache/store/describe.h"
#include "tools/cache/store/entry.h"
#include "tools/lib/utf8.h"

#define KEY_COLUMNS 48

/* What a line of the table may end with; each is explained once. */
enum tag {
	TAG_STALE,
	TAG_UNTRACKED,
	TAG_EXTRA,
	TAG_EOL,
	TAG_CORRUPT,
	TAGS,
};

static const char *const legend[TAGS] = {
	[TAG_STALE] = "(stale kconfig): built with other fragments than those "
		      "of today; the next build makes another entry",
	[TAG_UNTRACKED] = "(untracked kconfig): nobody recorded with which "
			  "fragments it was built",
	[TAG_EXTRA] = "(extra kconfig): built with a fragment of your own",
	[TAG_EOL] = "(EOL): the series is not maintained any more",
	[TAG_CORRUPT] = "a corrupt entry counts as missing; 'ktstr-cache clean "
			"--corrupt-only' removes it",
};

/**
 * struct list - the list as it is written
 * @now:       the hash of today's fragments, or ""
 * @releases:  what is maintained, if @has_releases
 * @error:     why that could not be asked, or ""
 * @has:       tags that were written
 */
struct list {
	const struct options *o;
	char now[STATE_CRC_SIZE];
	struct releases releases;
	bool has_releases;
	struct why error;
	bool has[TAGS];
};

/* What is maintained: ask only if that is wanted, and never fail for it. */
static void find_releases(struct list *l)
{
	int r = l->o->eol ? releases_load(l->o->root, &l->releases, &l->error)
			  : releases_kept(l->o->root, &l->releases);

	l->has_releases = r == 0;
	if (r < 0 && l->o->eol)
		warn("%s; no entry is tagged as EOL", l->error.text);
	else
		l->error.text[0] = '\0';
}

/* Is the series of the entry over? Not known counts as no. */
static bool is_eol(const struct list *l, const struct entry *e)
{
	const char *version = entry_text(e, "version");

	return l->has_releases && *version &&
	       !releases_is_active(&l->releases, version);
}

/* Append @text in a column; it may come from a file of somebody else. */
static void add_column(struct str *line, const char *text, size_t width)
{
	size_t from = line->len;

	utf8_add_line(line, *text ? text : "-", *text ? strlen(text) : 1, 0);
	do
		str_add(line, " ");
	while (line->len - from <= width);
}

static void add_tag(struct list *l, struct str *line, enum tag tag,
		    const char *text)
{
	l->has[tag] = true;
	str_addf(line, " (%s)", text);
}

/* One line of the table. */
static void print_entry(struct list *l, const struct entry *e)
{
	json_t *source = json_object_get(e->meta, "source");
	const char *type = json_string_value(json_object_get(source, "type"));
	auto_str struct str line = { 0 };

	add_column(&line, e->key, KEY_COLUMNS);
	if (e->error_kind) {
		str_addf(&line, "(corrupt: %s)", e->error.text);
		l->has[TAG_CORRUPT] = true;
		puts(str_text(&line));
		return;
	}
	add_column(&line, entry_text(e, "version"), 12);
	add_column(&line, type ? type : "", 8);
	add_column(&line, entry_text(e, "arch"), 7);
	utf8_add_line(&line, entry_text(e, "built_at"),
		      strlen(entry_text(e, "built_at")), 0);
	switch (kconfig_status(e, l->now)) {
	case KCONFIG_STALE:
		add_tag(l, &line, TAG_STALE, "stale kconfig");
		break;
	case KCONFIG_UNTRACKED:
		add_tag(l, &line, TAG_UNTRACKED, "untracked kconfig");
		break;
	case KCONFIG_MATCHES:
		break;
	}
	if (*entry_text(e, "extra_kconfig_hash"))
		add_tag(l, &line, TAG_EXTRA, "extra kconfig");
	if (is_eol(l, e))
		add_tag(l, &line, TAG_EOL, "EOL");
	puts(str_text(&line));
}

static void print_table(struct list *l, const struct entries *all)
{
	note("cache: %s", l->o->root);
	for (size_t i = 0; i < all->count; i++)
		print_entry(l, &all->entry[i]);
	if (all->count == 0)
		note("no cached kernels; 'make ktstr-kernel KERNEL=PATH' "
		     "builds one");
	for (int tag = 0; tag < TAGS; tag++) {
		if (l->has[tag])
			note("%s", legend[tag]);
	}
}

/* An entry as show prints it, and whether its series is over. */
static json_t *to_json(const struct list *l, const struct entry *e)
{
	json_t *one = describe_entry(l->o->root, e, l->now);

	if (!one)
		die(EX_BROKEN, "cannot look at entry '%s': %m", e->key);
	if (l->has_releases && *entry_text(e, "version") && !e->error_kind)
		json_object_set_new(one, "eol", json_boolean(is_eol(l, e)));
	return one;
}

static void print_json(const struct list *l, const struct entries *all)
{
	json_t *list = json_array(), *whole;

	for (size_t i = 0; i < all->count; i++)
		json_array_append_new(list, to_json(l, &all->entry[i]));
	whole = json_pack("{s:s, s:s?, s:s?, s:o}", "cache", l->o->root,
			  "current_ktstr_kconfig_hash", *l->now ? l->now : NULL,
			  "active_prefixes_fetch_error",
			  *l->error.text ? l->error.text : NULL, "entries",
			  list);
	if (!whole || json_dumpf(whole, stdout, JSON_INDENT(2)) < 0)
		die(EX_BROKEN, "cannot print JSON");
	putchar('\n');
	json_decref(whole);
}

int do_list(const struct options *o)
{
	struct list l = { .o = o };
	struct entries all = { 0 };
	struct why why;
	int r;

	if (o->range)
		return do_list_range(o);
	r = entries_load(o->root, &all, &why);
	if (r < 0)
		return fail(r, &why);
	kconfig_now(o, l.now);
	find_releases(&l);
	if (o->json)
		print_json(&l, &all);
	else
		print_table(&l, &all);
	releases_done(&l.releases);
	entries_done(&all);
	return EX_PASS;
}
