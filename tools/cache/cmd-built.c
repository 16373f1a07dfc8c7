/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-built.c - a build outside of the cache, and whether it is of today. */
#include "tools/cache/commands.h"

#include <stdio.h>
#include <string.h>

#include "tools/cache/source/compilers.h"
#include "tools/cache/source/source.h"
#include "tools/cache/store/entry.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/msg.h"

/* Read the entry in the folder @path. Return: 0, or -ENOENT or -errno. */
static int load(const char *path, struct entry *ret, struct why *why)
{
	const char *slash = strrchr(path, '/');
	auto_free char *parent = slash && slash > path
					 ? strndup(path, (size_t)(slash - path))
					 : strdup(slash ? "/" : ".");

	if (!parent)
		return why_set(why, -ENOMEM, "out of memory");
	return entry_load(parent, slash ? slash + 1 : path, ret, why);
}

int do_built(const struct options *o)
{
	const char *path = o->args[1];
	auto_source struct source s = { 0 };
	auto_entry struct entry e = { 0 };
	auto_free char *toolchain = NULL;
	struct why why;
	int r = source_read(o->args[0], &s, &why);

	if (r < 0)
		return fail(r, &why);
	if (!s.identity) {
		detail("nothing names the content of '%s'", s.path);
		return EX_FAIL;
	}
	r = load(path, &e, &why);
	if (r == -ENOENT) {
		detail("there is no build in '%s'", path);
		return EX_FAIL;
	}
	if (r < 0) {
		warn("%s", why.text);
		return why_code(r, EX_FAIL);
	}
	if (strcmp(entry_text(&e, "identity"), s.identity) != 0) {
		detail("'%s' was built of something else", path);
		return EX_FAIL;
	}
	/* Others built it, and it is as it was. */
	if (s.kind == SOURCE_HOST || s.kind == SOURCE_IMAGE) {
		puts(path);
		return EX_PASS;
	}
	if (compilers_versions(&toolchain, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	if (strcmp(entry_text(&e, "toolchain"), toolchain) != 0) {
		note("'%s' was built with '%s'; here is now '%s'", path,
		     entry_text(&e, "toolchain"), toolchain);
		return EX_FAIL;
	}
	puts(path);
	return EX_PASS;
}
