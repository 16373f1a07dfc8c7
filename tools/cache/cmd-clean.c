/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-clean.c - remove entries: clean. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/commands.h"
#include "tools/cache/source/spec.h"
#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock.h"
#include "tools/cache/store/temp.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

/* Is the entry at @i, the @valid-th valid one, to be removed? */
static bool is_doomed(const struct options *o, const struct entry *e,
		      unsigned int valid)
{
	if (e->error_kind)
		return true;
	if (o->corrupt_only)
		return false;
	return !o->has_keep || valid >= o->keep;
}

/* Ask on the terminal. Return: false for anything but "y" and "Y". */
static bool confirm(size_t count)
{
	char answer[16];

	if (!isatty(STDIN_FILENO))
		die(EX_USAGE,
		    "standard input is no terminal: say --force to "
		    "remove %zu entries",
		    count);
	fprintf(stderr, "remove %zu entries? [y/N] ", count);
	return fgets(answer, sizeof(answer), stdin) &&
	       (answer[0] == 'y' || answer[0] == 'Y');
}

/* Remove one entry, unless somebody uses it. Return: 0 or -errno, said. */
static int remove_entry(const struct options *o, const struct entry *e)
{
	struct why why;
	auto_free char *temps = NULL, *doomed = NULL;
	auto_temp struct temp temp = TEMP_NONE;
	int r;

	auto_fd int lock = entry_lock(o->root, e->key, /* wait_ms */ 0, &why);
	r = lock < 0 ? lock : 0;
	if (r == 0 && asprintf(&temps, "%s/.tmp", o->root) < 0)
		r = why_set(&why, -ENOMEM, "out of memory");
	if (r == 0)
		r = temp_new(temps, "clean", &temp, &why);
	if (r == 0 && asprintf(&doomed, "%s/entry", temp.path) < 0)
		r = why_set(&why, -ENOMEM, "out of memory");
	/* Out of sight at once, and only then in pieces. */
	if (r == 0 && rename(e->path, doomed) < 0 && errno != ENOENT)
		r = why_set(&why, -errno, "cannot remove '%s': %s", e->path,
			    strerror(errno));
	if (r < 0)
		warn("%s", why.text);
	else
		puts(e->key);
	return r;
}

int do_clean(const struct options *o)
{
	struct entries all = { 0 };
	unsigned int valid = 0;
	size_t count = 0;
	struct why why;
	int code = EX_PASS, r = entries_load(o->root, &all, &why);

	if (o->has_keep && o->corrupt_only)
		die(EX_USAGE, "--keep and --corrupt-only exclude each other");
	if (r < 0)
		return fail(r, &why);
	for (size_t i = 0; i < all.count; i++) {
		if (is_doomed(o, &all.entry[i], valid))
			all.entry[count++] = all.entry[i];
		else
			entry_done(&all.entry[i]);
		valid++;
	}
	all.count = count;
	if (count == 0)
		note("nothing to clean in '%s'", o->root);
	else if (!o->force && !confirm(count)) {
		note("aborted");
		entries_done(&all);
	}
	for (size_t i = 0; i < all.count; i++) {
		r = remove_entry(o, &all.entry[i]);
		if (r < 0 && code != EX_BROKEN)
			code = r == -EBUSY ? EX_BUSY : EX_BROKEN;
	}
	entries_done(&all);
	return code;
}
