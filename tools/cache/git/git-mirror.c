/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/git/git-mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tools/cache/git/run-git.h"
#include "tools/cache/net/http.h"
#include "tools/cache/store/temp.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/hash.h"
#include "tools/lib/lockfile.h"

#define LOCAL_S	   600
#define FETCH_S	   7200
#define MAX_BYTES  ((uint64_t)2 << 30)
#define STAT_BLOCK 512 /* the unit of st_blocks; see stat(2) */
#define URL_DIGITS 16
#define REF_FOR	   "refs/ktstr/"

/**
 * struct mirror - a bare repository, locked
 * @path: where it is
 * @lock: its lock, PATH.lock; git holds it too
 * @want: what for
 */
struct mirror {
	char *path;
	int lock;
	const struct git_want *want;
};

static void mirror_done(struct mirror *m)
{
	free(m->path);
	cleanup_fd(&m->lock);
}

static int no_memory(struct why *why)
{
	return why_set(why, -ENOMEM, "out of memory");
}

/* Run git on the mirror. */
static int run(const struct mirror *m, const char *const *args,
	       unsigned int timeout_s, const char *what, struct str *out,
	       struct why *reterr_why)
{
	auto_str struct str dir = { 0 };
	const char *all[24] = { NULL };
	const struct git_run r = {
		.args = all,
		.hold_fd = m->lock,
		.timeout_s = timeout_s,
		.what = what,
	};
	size_t n = 0;

	str_addf(&dir, "--git-dir=%s", m->path);
	all[n++] = str_text(&dir);
	while (*args)
		all[n++] = *args++;
	return git_run(&r, out, reterr_why);
}

/* Lock the mirror of @want; others who want it wait. */
static int lock_mirror(const struct git_want *want, struct mirror *m,
		       struct why *reterr_why)
{
	auto_free char *folder = NULL;
	auto_str struct str name = { 0 };
	char hex[HASH_HEX_SIZE];
	struct hash h;
	int r;

	hash_init(&h);
	hash_add(&h, want->url, strlen(want->url));
	hash_hex(&h, hex);
	str_addf(&name, "%.60s-%.*s.lock",
		 *want->name && *want->name != '.' ? want->name : "git",
		 URL_DIGITS, hex);
	if (asprintf(&folder, "%s/.git", want->root) < 0 ||
	    asprintf(&m->path, "%s/%.*s", folder, (int)name.len - 5,
		     str_text(&name)) < 0)
		return no_memory(reterr_why);
	r = file_make_folders(folder, reterr_why);
	if (r < 0)
		return r;
	auto_fd int dir =
		lock_folder_open(folder, /* create */ false,
				 /* path_is_ours */ false, reterr_why);
	if (dir < 0)
		return dir;
	for (int i = 0; i < LOCK_FILE_TRIES; i++) {
		cleanup_fd(&m->lock);
		m->lock =
			lock_file_open(dir, str_text(&name), true, reterr_why);
		if (m->lock < 0)
			return m->lock;
		r = lock_file_take(m->lock, LOCK_EX, LOCK_FILE_FOREVER);
		if (r < 0)
			return why_set(reterr_why, r, "cannot lock '%s': %s",
				       m->path, strerror(-r));
		if (lock_file_is_current(dir, str_text(&name), m->lock))
			return 0;
	}
	return why_set(reterr_why, -EIO,
		       "the lock of '%s' is removed again and again, or "
		       "cannot be looked at",
		       m->path);
}

/*
 * Remove what a git that was killed has left, and measure the rest. Nobody else
 * works here, for we have the lock, and every git of ours holds it too.
 */
static uint64_t tidy(const char *path)
{
	char *paths[] = { (char *)path, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	uint64_t bytes = 0;
	FTSENT *e;

	while (fts && (e = fts_read(fts))) {
		const char *end = strrchr(e->fts_name, '.');

		if (e->fts_info != FTS_F)
			continue;
		if ((end && strcmp(end, ".lock") == 0) ||
		    strncmp(e->fts_name, "tmp_", 4) == 0)
			(void)unlink(e->fts_accpath);
		else
			bytes += (uint64_t)e->fts_statp->st_blocks * STAT_BLOCK;
	}
	if (fts)
		(void)fts_close(fts);
	return bytes;
}

/* Make an empty repository; it appears whole. */
static int make(const struct mirror *m, struct why *reterr_why)
{
	auto_free char *temps = NULL, *work = NULL;
	auto_temp struct temp temp = TEMP_NONE;
	auto_str struct str out = { 0 };
	int r;

	if (asprintf(&temps, "%s/.tmp", m->want->root) < 0)
		return no_memory(reterr_why);
	r = temp_new(temps, "git", &temp, reterr_why);
	if (r < 0)
		return r;
	if (asprintf(&work, "%s/mirror", temp.path) < 0)
		return no_memory(reterr_why);
	const char *const args[] = { "init", "--bare", "--quiet", "--template=",
				     "--",   work,     NULL };
	const struct git_run init = {
		.args = args,
		.timeout_s = LOCAL_S,
		.what = "make a git repository in the cache",
	};
	r = git_run(&init, &out, reterr_why);
	if (r == 0 && rename(work, m->path) < 0)
		r = why_set(reterr_why, -errno, "cannot make '%s': %s", m->path,
			    strerror(errno));
	return r;
}

/* Is the whole commit there? git makes the ref when it has all of it. */
static bool has_commit(const struct mirror *m)
{
	auto_str struct str out = { 0 }, ref = { 0 };

	str_addf(&ref, REF_FOR "%s", m->want->commit);
	const char *const args[] = { "rev-parse", "--verify", "--quiet",
				     str_text(&ref), NULL };
	return run(m, args, LOCAL_S, "look for a commit", &out, NULL) == 0;
}

static int fetch(const struct mirror *m, const char *from,
		 struct why *reterr_why)
{
	auto_str struct str spec = { 0 }, what = { 0 }, out = { 0 };

	str_addf(&spec, "+%s:" REF_FOR "%s", from, m->want->commit);
	str_addf(&what, "fetch '%.150s' of '%.250s'", from, m->want->url);
	const char *const args[] = {
		/* Loose objects would be there before the rest of a commit. */
		"-c",
		"fetch.unpackLimit=1",
		"-c",
		"http.lowSpeedLimit=1000",
		"-c",
		"http.lowSpeedTime=60",
		"fetch",
		"--quiet",
		"--depth=1",
		"--no-tags",
		"--no-write-fetch-head",
		"--no-recurse-submodules",
		"--no-auto-maintenance",
		"--",
		m->want->url,
		str_text(&spec),
		NULL,
	};
	return run(m, args, FETCH_S, str_text(&what), &out, reterr_why);
}

/* After a ref was fetched in place of the commit: is it still the same? */
static int check_moved(const struct mirror *m, struct why *reterr_why)
{
	auto_str struct str out = { 0 }, ref = { 0 };
	const char *want = m->want->commit;
	int r;

	str_addf(&ref, REF_FOR "%s^{commit}", want);
	const char *const args[] = { "rev-parse", "--verify", "--quiet",
				     str_text(&ref), NULL };
	r = run(m, args, LOCAL_S, "look at a commit", &out, reterr_why);
	if (r == 0 && strncmp(str_text(&out), want, strlen(want)) != 0 &&
	    git_url_is_commit(m->want->ref))
		r = why_set(reterr_why, -EINVAL,
			    "'%s' of '%.250s' is no commit", want,
			    m->want->url);
	else if (r == 0 && strncmp(str_text(&out), want, strlen(want)) != 0)
		r = why_set(reterr_why, -EIO,
			    "'%.150s' of '%.250s' is not commit %.12s any "
			    "more; try again",
			    m->want->ref, m->want->url, want);
	if (r < 0) {
		const char *const drop[] = { "update-ref", "-d", NULL, NULL };
		const char *args_drop[4];

		memcpy(args_drop, drop, sizeof(drop));
		ref.text[ref.len - strlen("^{commit}")] = '\0';
		args_drop[2] = ref.text;
		str_done(&out);
		(void)run(m, args_drop, LOCAL_S, "drop a ref", &out, NULL);
	}
	return r;
}

/*
 * Get the commit; from a server that only gives what refs point to, get the ref
 * in which it was.
 */
static int fetch_commit(const struct mirror *m, struct why *reterr_why)
{
	const struct git_want *want = m->want;
	struct why second;
	int r = fetch(m, want->commit, reterr_why);

	if (r == 0)
		return check_moved(m, reterr_why);
	if (r != -EIO || !want->ref || git_url_is_commit(want->ref))
		return r;
	/* The first reason is the better one, if the second fails as well. */
	if (fetch(m, want->ref, &second) < 0)
		return r;
	return check_moved(m, reterr_why);
}

/* Make the mirror hold the commit. */
static int fill(const struct mirror *m, struct why *reterr_why)
{
	const struct git_want *want = m->want;
	bool there = access(m->path, F_OK) == 0;
	int r = 0;

	if (there) {
		uint64_t bytes = tidy(m->path);

		if (has_commit(m))
			return 0;
		if (bytes > MAX_BYTES) {
			r = file_remove_tree(m->path);
			there = false;
		}
	}
	if (r < 0)
		return why_set(reterr_why, r, "cannot remove '%s': %s", m->path,
			       strerror(-r));
	if (http_is_offline() && !git_url_is_local(want->url))
		return why_set(reterr_why, -ENETDOWN,
			       "KTSTR_OFFLINE is set, so commit %.12s of "
			       "'%.250s' is not fetched",
			       want->commit, want->url);
	if (!there)
		r = make(m, reterr_why);
	return r < 0 ? r : fetch_commit(m, reterr_why);
}

/* Write the files of the commit below @to, an empty folder. */
static int write_files(const struct mirror *m, const char *to,
		       const char *index, struct why *reterr_why)
{
	auto_str struct str dir = { 0 }, tree = { 0 }, out = { 0 };
	struct git_run r = {
		.index = index,
		.hold_fd = m->lock,
		.timeout_s = LOCAL_S,
		.what = "write the files of a commit",
	};
	int error;

	str_addf(&dir, "--git-dir=%s", m->path);
	str_addf(&tree, "--work-tree=%s", to);
	const char *const read[] = { str_text(&dir), "read-tree",
				     m->want->commit, NULL };
	const char *const write[] = { "-C", to, str_text(&dir), str_text(&tree),
				      "-c", "checkout.workers=0",
				      /* The same files for every user. */
				      "-c", "core.autocrlf=false", "-c",
				      "core.eol=lf", "-c", "core.fileMode=true",
				      "-c", "core.symlinks=true",
				      "checkout-index", "--all", "--quiet",
				      NULL };
	r.args = read;
	error = git_run(&r, &out, reterr_why);
	r.args = write;
	return error < 0 ? error : git_run(&r, &out, reterr_why);
}

/* The same in a temporary folder beside @final, then rename. */
static int extract(const struct mirror *m, const char *folder,
		   const char *final, struct why *reterr_why)
{
	auto_free char *temps = NULL, *work = NULL, *index = NULL;
	auto_temp struct temp temp = TEMP_NONE;
	struct stat st;
	int r;

	if (lstat(final, &st) == 0)
		return why_set(reterr_why, -EEXIST, "'%s' is there already",
			       final);
	r = file_make_folders(folder, reterr_why);
	if (r < 0)
		return r;
	auto_free char *real = realpath(folder, NULL);
	if (!real || asprintf(&temps, "%s/.tmp", real) < 0)
		return no_memory(reterr_why);
	r = temp_new(temps, "git", &temp, reterr_why);
	if (r < 0)
		return r;
	if (asprintf(&work, "%s/tree", temp.path) < 0 ||
	    asprintf(&index, "%s/index", temp.path) < 0)
		return no_memory(reterr_why);
	r = file_make_folders(work, reterr_why);
	if (r == 0)
		r = write_files(m, work, index, reterr_why);
	if (r == 0 && rename(work, final) < 0)
		r = why_set(reterr_why, -errno, "cannot make '%s': %s", final,
			    strerror(errno));
	temp_remove(&temp);
	(void)rmdir(temps);
	return r;
}

int git_mirror_get(const struct git_want *want, const char *folder, char **ret,
		   struct why *reterr_why)
{
	struct mirror m = { .lock = -1, .want = want };
	auto_free char *final = NULL;
	int r = lock_mirror(want, &m, reterr_why);

	if (r == 0 && asprintf(&final, "%s/%s-%.12s", folder, want->name,
			       want->commit) < 0)
		r = no_memory(reterr_why);
	if (r == 0)
		r = fill(&m, reterr_why);
	if (r == 0)
		r = extract(&m, folder, final, reterr_why);
	/* For gc: it was used now. */
	if (r == 0)
		(void)utimensat(AT_FDCWD, m.path, NULL, 0);
	mirror_done(&m);
	if (r == 0)
		*ret = take_ptr(final);
	return r;
}
