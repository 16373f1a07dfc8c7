/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-remote.c - entries that others have too: get, push, pull. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cache/commands.h"
#include "tools/cache/remote/folder.h"
#include "tools/cache/remote/sync.h"
#include "tools/cache/source/spec.h"
#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock.h"
#include "tools/lib/cachekey.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"

/* The remote of the environment; false when there is none. */
static bool find_or_exit(const char *where, struct remote *ret)
{
	struct why why;
	int r = remote_find(where, ret, &why);

	if (r == -ENOENT)
		return false;
	if (r < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	return true;
}

void push_stored(const struct options *o, const char *key)
{
	auto_remote struct remote remote = { 0 };

	if (find_or_exit(NULL, &remote))
		sync_put(o->root, &remote, key);
}

void check_remote(void)
{
	auto_remote struct remote remote = { 0 };

	(void)find_or_exit(NULL, &remote);
}

int do_get(const struct options *o)
{
	auto_remote struct remote remote = { 0 };
	auto_entry struct entry e = { 0 };
	const char *key = o->args[0];
	auto_free char *path = NULL;
	struct why why;
	int r = key_check(key, &why);

	if (r < 0)
		return fail(r, &why);
	/* A wrong setting is told now, not after the build. */
	bool has_remote = find_or_exit(NULL, &remote);
	r = entry_look(o->root, key, &e);
	if (r == 0 && !e.error_kind) {
		entry_used(o->root, key);
		puts(e.path);
		return EX_PASS;
	}
	if (r == -ENOENT)
		detail("there is no entry '%s' in '%s'", key, o->root);
	else if (r < 0)
		die(EX_BROKEN, "cannot look at entry '%s': %s", key,
		    strerror(-r));
	else
		warn("entry '%s' is corrupt (%s): %s; it counts as missing",
		     e.key, e.error_kind, e.error.text);
	if (has_remote)
		path = sync_get(o->root, &remote, key);
	if (!path)
		return EX_FAIL;
	puts(path);
	return EX_PASS;
}

void pull_missing(const struct options *o, const char *spec)
{
	auto_remote struct remote remote = { 0 };
	auto_entry struct entry e = { 0 };
	struct why why;

	if (spec_kind(spec) != SPEC_KEY || key_check(spec, &why) < 0 ||
	    entry_look(o->root, spec, &e) == 0 || !find_or_exit(NULL, &remote))
		return;
	free(sync_get(o->root, &remote, spec));
}

/* The remote that was asked for, or the one of the environment. */
static void need_remote(const char *where, const char *option,
			struct remote *ret)
{
	if (!find_or_exit(where, ret))
		die(EX_USAGE, "needs %s, or KTSTR_REMOTE_CACHE", option);
}

/* The keys of all valid entries. */
static char **all_entries(const struct options *o)
{
	struct entries all = { 0 };
	char **keys = NULL;
	struct why why;
	int r = entries_load(o->root, &all, &why);

	if (r < 0)
		exit(fail(r, &why));
	for (size_t i = 0; i < all.count; i++) {
		if (!all.entry[i].error_kind &&
		    words_append(&keys, all.entry[i].key) < 0)
			die(EX_BROKEN, "out of memory");
	}
	entries_done(&all);
	return keys;
}

static char **all_objects(const struct remote *remote)
{
	char **keys = NULL;
	struct why why;
	int r;

	if (remote->is_web)
		die(EX_USAGE,
		    "--all needs a folder: the web server '%s' does not say "
		    "what it has; name the keys",
		    remote->where);
	r = folder_keys(remote->where, &keys, &why);
	if (r < 0)
		exit(fail(r, &why));
	return keys;
}

/* Refuse words that are no keys, and words beside --all, before any work. */
static void check_words(const struct options *o)
{
	struct why why;

	if (o->all == (o->args[0] != NULL))
		die(EX_USAGE, o->all ? "--all means all, and so needs no keys"
				     : "needs keys, or --all");
	for (char **key = o->args; *key; key++) {
		int r = key_check(*key, &why);

		if (r < 0)
			exit(fail(r, &why));
	}
}

/* The worse of two exit codes: trouble is worse than a negative answer. */
static int worse(int a, int b)
{
	return a > b ? a : b;
}

static int push_one(const struct options *o, const struct remote *remote,
		    const char *key)
{
	struct why why;
	int r = sync_push(o->root, remote, key, o->force, &why);

	if (r == -ENOENT) {
		warn("%s", why.text);
		return EX_FAIL;
	}
	if (r < 0 && r != -EEXIST)
		return fail(r, &why);
	if (r == -EEXIST)
		detail("%s", why.text);
	puts(key);
	return EX_PASS;
}

static int pull_one(const struct options *o, const struct remote *remote,
		    const char *key)
{
	auto_free char *path = NULL;
	struct why why;
	int r = sync_pull(o->root, remote, key, &path, &why);

	if (r == -ENOENT) {
		warn("%s", why.text);
		return EX_FAIL;
	}
	if (r < 0)
		return fail(r, &why);
	puts(path);
	return EX_PASS;
}

/* Do it for the keys that are named, or for @all. Return: the worst exit code.
 */
static int each(const struct options *o, const struct remote *remote,
		char **all,
		int (*one)(const struct options *o, const struct remote *remote,
			   const char *key))
{
	int code = EX_PASS;

	for (char **key = o->all ? all : o->args; key && *key; key++)
		code = worse(code, one(o, remote, *key));
	return code;
}

int do_push(const struct options *o)
{
	auto_remote struct remote remote = { 0 };
	auto_words char **all = NULL;

	check_words(o);
	need_remote(o->to, "--to", &remote);
	if (o->all)
		all = all_entries(o);
	return each(o, &remote, all, push_one);
}

int do_pull(const struct options *o)
{
	auto_remote struct remote remote = { 0 };
	auto_words char **all = NULL;

	check_words(o);
	need_remote(o->from, "--from", &remote);
	if (o->all)
		all = all_objects(&remote);
	return each(o, &remote, all, pull_one);
}
