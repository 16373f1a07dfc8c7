/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-clean.c - remove entries: clean. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/commands.h"
#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock-files.h"
#include "tools/cache/store/remove.h"
#include "tools/cache/store/usage.h"
#include "tools/lib/cleanup.h"

/* Is the entry named by one of the words? All are, when there is no word. */
static bool is_named(const struct options *o, const char *key, bool *hit)
{
	bool named = !o->args[0];

	for (size_t i = 0; o->args[i]; i++) {
		if (fnmatch(o->args[i], key, 0) == 0)
			named = hit[i] = true;
	}
	return named;
}

/* Is this entry, the @valid-th valid one, to be removed? */
static bool is_doomed(const struct options *o, const struct entry *e,
		      unsigned int valid)
{
	if (e->error_kind)
		return true;
	if (o->corrupt_only)
		return false;
	return !o->has_keep || valid >= o->keep;
}

/* "2 entries and 1 template" */
static void describe(struct str *out, size_t entries, size_t templates)
{
	if (entries)
		str_addf(out, "%zu %s", entries,
			 entries == 1 ? "entry" : "entries");
	if (templates)
		str_addf(out, "%s%zu template%s", entries ? " and " : "",
			 templates, templates == 1 ? "" : "s");
}

/* Ask on the terminal. Return: false for anything but "y" and "Y". */
static bool confirm(size_t entries, size_t templates)
{
	auto_str struct str what = { 0 };
	char answer[16];

	describe(&what, entries, templates);
	if (!isatty(STDIN_FILENO))
		die(EX_USAGE,
		    "standard input is no terminal: say --force to remove %s",
		    str_text(&what));
	fprintf(stderr, "remove %s? [y/N] ", str_text(&what));
	return fgets(answer, sizeof(answer), stdin) &&
	       (answer[0] == 'y' || answer[0] == 'Y') &&
	       (answer[1] == '\n' || answer[1] == '\0');
}

/* Say that what looks like a corrupt entry was never one. */
static bool is_foreign(const struct options *o, const struct entry *e)
{
	int r = entry_is_ours(o->root, e);

	if (r < 0)
		die(EX_BROKEN, "cannot look at entry '%s': %s", e->key,
		    strerror(-r));
	if (r > 0)
		return false;
	warn("'%s' is no entry, and not of this program: it stays", e->path);
	return true;
}

/*
 * Leave in @all what is to be removed. Return: false if a word fits nothing
 * that may be removed.
 */
static bool choose(const struct options *o, struct entries *all, bool *hit)
{
	unsigned int valid = 0;
	size_t count = 0;
	bool fits = true;

	for (size_t i = 0; i < all->count; i++) {
		struct entry *e = &all->entry[i];

		bool doomed =
			is_named(o, e->key, hit) && is_doomed(o, e, valid);

		if (doomed && is_foreign(o, e)) {
			doomed = false;
			fits = fits && !o->args[0];
		}
		if (doomed)
			all->entry[count++] = *e;
		else
			entry_done(e);
		valid++;
	}
	all->count = count;
	for (size_t i = 0; o->args[i]; i++) {
		if (hit[i])
			continue;
		warn("no entry in '%s' is called '%s'", o->root, o->args[i]);
		fits = false;
	}
	return fits;
}

/* Remove them all. Return: the exit code. */
static int remove_all(const struct options *o, const struct entries *all)
{
	size_t busy = 0, broken = 0;

	for (size_t i = 0; i < all->count; i++) {
		const char *key = all->entry[i].key;
		struct why why;
		int r = entry_remove(o->root, key, &why);

		if (r == 0)
			puts(key);
		else
			warn("%s", why.text);
		busy += r == -EBUSY;
		broken += r < 0 && r != -EBUSY;
	}
	if (busy + broken)
		warn("%zu of %zu entries could not be removed", busy + broken,
		     all->count);
	return broken ? EX_BROKEN : busy ? EX_BUSY : EX_PASS;
}

static bool is_template(const struct thing *t)
{
	return strncmp(t->name, ".templates/", 11) == 0;
}

/*
 * Find templates of machines, which ktstr-vm makes again when it needs them.
 * They go with the entries when no word or option chooses among these.
 */
static int find_templates(const struct options *o, struct usage *ret,
			  size_t *ret_count, struct why *why)
{
	int r;

	if (o->args[0] || o->has_keep || o->corrupt_only)
		return 0;
	r = usage_read(o->root, ret, why);
	for (size_t i = 0; r == 0 && i < ret->count; i++)
		*ret_count += is_template(&ret->thing[i]);
	return r;
}

/* Return: the exit code. */
static int remove_templates(const struct options *o, const struct usage *all)
{
	size_t busy = 0, broken = 0;
	struct why why;

	for (size_t i = 0; i < all->count; i++) {
		const char *name = all->thing[i].name;
		int r;

		if (!is_template(&all->thing[i]))
			continue;
		r = thing_remove(o->root, name, &why);
		if (r == 0)
			puts(name);
		else
			warn("%s", why.text);
		busy += r == -EBUSY;
		broken += r < 0 && r != -EBUSY;
	}
	return broken ? EX_BROKEN : busy ? EX_BUSY : EX_PASS;
}

/* Remove templates and entries. Return: the exit code. */
static int clean(const struct options *o, const struct entries *all,
		 const struct usage *others)
{
	int code = remove_templates(o, others), r = remove_all(o, all);

	if (!o->args[0] && !o->has_keep && !o->corrupt_only)
		lock_files_tidy(o->root);
	return r == EX_PASS ? code : r;
}

int do_clean(const struct options *o)
{
	auto_usage struct usage others = { 0 };
	struct entries all = { 0 };
	size_t words = 0, templates = 0;
	struct why why;
	int code = EX_PASS, r;
	bool fits;

	if (o->has_keep && o->corrupt_only)
		die(EX_USAGE, "--keep and --corrupt-only exclude each other");
	while (o->args[words])
		words++;
	if (words && o->has_keep)
		die(EX_USAGE, "--keep counts all entries: name none");
	r = entries_load(o->root, &all, &why);
	if (r < 0)
		return fail(r, &why);
	auto_free bool *hit = calloc(words + 1, sizeof(*hit));
	if (!hit)
		die(EX_BROKEN, "out of memory");
	fits = choose(o, &all, hit);
	r = find_templates(o, &others, &templates, &why);
	if (r < 0)
		code = fail(r, &why);
	else if (all.count + templates && !o->force &&
		 !confirm(all.count, templates))
		note("aborted");
	else
		code = clean(o, &all, &others);
	if (r == 0 && all.count + templates == 0 && fits)
		note("nothing to clean in '%s'", o->root);
	entries_done(&all);
	return code == EX_PASS && !fits ? EX_FAIL : code;
}
