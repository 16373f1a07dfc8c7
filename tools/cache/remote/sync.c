/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/remote/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cache/net/http.h"
#include "tools/cache/remote/archive.h"
#include "tools/cache/remote/manifest.h"
#include "tools/cache/store/lock.h"
#include "tools/cache/store/store.h"
#include "tools/cache/store/temp.h"
#include "tools/lib/cleanup.h"

/* How long who replaces or reads an entry is waited for. */
#define WAIT_MS 60000

static int no_memory(struct why *why)
{
	return why_set(why, -ENOMEM, "out of memory");
}

static int new_temp(const char *root, const char *name, struct temp *ret,
		    struct why *reterr_why)
{
	auto_free char *temps = NULL;

	if (asprintf(&temps, "%s/.tmp", root) < 0)
		return no_memory(reterr_why);
	return temp_new(temps, name, ret, reterr_why);
}

/* Pack the entry as @path. */
static int pack(const struct remote *r, const struct entry *e, const char *path,
		struct why *reterr_why)
{
	auto_fd int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return why_set(reterr_why, -errno, "cannot create '%s': %s",
			       path, strerror(errno));
	return object_write(e, r->sign_key, fd, reterr_why);
}

int sync_push(const char *root, const struct remote *r, const char *key,
	      bool replace, struct why *reterr_why)
{
	auto_temp struct temp temp = TEMP_NONE;
	auto_entry struct entry e = { 0 };
	auto_free char *path = NULL;
	auto_fd int held = -1;
	int result = entry_load(root, key, &e, reterr_why);

	if (result < 0)
		return result;
	if (r->is_web && !r->sign_key && manifest_has_programs(&e))
		return why_set(
			reterr_why, -EACCES,
			"entry '%s' is not sent to '%s': it has programs "
			"(" PROGRAMS
			"), which nobody takes when KTSTR_REMOTE_KEY has "
			"not signed them",
			key, r->where);
	result = replace ? -ENOENT : remote_has(r, key, reterr_why);
	if (result == 0)
		return why_set(reterr_why, -EEXIST, "'%s' is in '%s' already",
			       key, r->where);
	if (result != -ENOENT)
		return result;
	result = entry_hold(root, key, WAIT_MS, &held, reterr_why);
	/* It may have been replaced before we held it. */
	entry_done(&e);
	if (result == 0)
		result = entry_load(root, key, &e, reterr_why);
	if (result == 0)
		result = new_temp(root, "push", &temp, reterr_why);
	if (result < 0)
		return result;
	if (asprintf(&path, "%s/object", temp.path) < 0)
		return no_memory(reterr_why);
	result = pack(r, &e, path, reterr_why);
	return result < 0 ? result
			  : remote_put(r, key, path, replace, reterr_why);
}

int sync_pull(const char *root, const struct remote *r, const char *key,
	      char **ret_path, struct why *reterr_why)
{
	auto_free char *object = remote_object(r, key), *work = NULL;
	struct object_want want = { .key = key, .sign_key = r->sign_key };
	auto_temp struct temp temp = TEMP_NONE;
	struct copy_modes modes;
	auto_fd int fd = -1;
	int result = remote_has(r, key, reterr_why);

	if (result == 0)
		result = new_temp(root, "pull", &temp, reterr_why);
	if (result < 0)
		return result;
	if (!object || asprintf(&work, "%s/%s", temp.path, key) < 0)
		return no_memory(reterr_why);
	result = copy_modes(root, &modes, reterr_why);
	if (result == 0)
		result = remote_get(r, key, temp.path, &fd, &want.is_ours,
				    reterr_why);
	if (result == 0)
		result = object_read(fd, object, &want, work, &modes,
				     reterr_why);
	if (result == 0)
		result = store_install(root, key, work, WAIT_MS, reterr_why);
	if (result == 0 && asprintf(ret_path, "%s/%s", root, key) < 0)
		return no_memory(reterr_why);
	return result;
}

/*
 * Make a mark in the folder of this run.
 *
 * Return: false when it was there already; true also without such a folder.
 */
static bool mark(const char *name, const char *key, bool only_look)
{
	const char *folder = getenv("KTSTR_WORK");
	auto_free char *path = NULL;

	if (!folder || !*folder ||
	    asprintf(&path, "%s/.remote-%s%s", folder, name, key) < 0)
		return true;
	if (only_look)
		return access(path, F_OK) < 0;
	auto_fd int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd >= 0 || errno != EEXIST;
}

/* Is there nothing to be had from the remote, or nobody to ask? */
static bool is_away(const struct remote *r, const char *key)
{
	if (http_is_offline()) {
		detail("KTSTR_OFFLINE is set, so '%s' is not asked for '%s'",
		       r->where, key);
		return true;
	}
	if (mark("down", "", /* only_look */ true))
		return false;
	detail("'%s' did not answer before, so it is not asked for '%s'",
	       r->where, key);
	return true;
}

/* Say what failed, and remember who did not answer. */
static void complain(const char *verb, const char *key, int error,
		     const struct why *why)
{
	warn("remote cache: '%s' was not %s: %s%s", key, verb, why->text,
	     error == -EBADMSG && *verb == 'f'
		     ? "; 'ktstr-cache push --force' would replace it"
		     : "");
	if (error == -EIO || error == -ETIMEDOUT)
		(void)mark("down", "", /* only_look */ false);
}

/* Is it a folder that is not there, and that no push of ours will make? */
static bool is_missing(const struct remote *r)
{
	return !r->is_web && !r->pushes && access(r->where, F_OK) < 0;
}

char *sync_get(const char *root, struct remote *r, const char *key)
{
	char *path = NULL;
	struct why why;
	int result;

	r->hurry = true;
	if (is_away(r, key) || !mark("asked-", key, /* only_look */ false))
		return NULL;
	result = sync_pull(root, r, key, &path, &why);
	if (result == 0)
		note("'%s' came from '%s'", key, r->where);
	else if (result == -ENOENT && is_missing(r))
		warn("remote cache: there is no folder '%s'", r->where);
	else if (result == -ENOENT)
		detail("remote cache: %s", why.text);
	else
		complain("fetched", key, result, &why);
	return path;
}

/* Was it built from changes that are not committed? They are nobody else's. */
static bool is_dirty(const char *root, const char *key)
{
	auto_entry struct entry e = { 0 };

	return entry_load(root, key, &e, NULL) == 0 &&
	       json_is_true(json_object_get(json_object_get(e.meta, "source"),
					    "dirty"));
}

void sync_put(const char *root, struct remote *r, const char *key)
{
	struct why why;
	int result;

	r->hurry = true;
	if (!r->pushes || is_away(r, key))
		return;
	if (is_dirty(root, key)) {
		detail("'%s' was built from changes that are not committed, so "
		       "it stays here",
		       key);
		return;
	}
	result = sync_push(root, r, key, /* replace */ false, &why);
	if (result == 0)
		note("'%s' went to '%s'", key, r->where);
	else if (result == -EEXIST)
		detail("remote cache: %s", why.text);
	else
		complain("pushed", key, result, &why);
}
