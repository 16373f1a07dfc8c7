/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-lock source and build: one build at a time in a tree, and of a kernel.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cachekey.h"
#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/crc.h"
#include "tools/lib/file.h"
#include "tools/lib/lockfile.h"
#include "tools/lib/num.h"
#include "tools/lock/lock.h"

#define WAITED "KTSTR_SOURCE_WAITED"

/**
 * struct place - where the lock of a tree, or of a key, is
 * @what:   path of the tree, or the key
 * @is_key: it is a key
 * @folder: beside the cached kernels; not /tmp, where cleaners unlink. -1 where
 *	    that cannot be written: then it is the tree's own folder; a key has
 *	    none, and nobody can store what is built
 * @path:   of @folder, or of the tree
 */
struct place {
	const char *what;
	bool is_key;
	int folder;
	char *path, *name;
};

static void place_done(struct place *p)
{
	cleanup_fd(&p->folder);
	free(p->path);
	free(p->name);
}

/* May we not write there? */
static bool is_closed(int error)
{
	return error == -EROFS || error == -EACCES || error == -EPERM;
}

static void find_place(struct place *ret)
{
	auto_free char *root = NULL;
	struct why why;
	int r = cache_root(&root, &why);

	if (ret->is_key
		    ? asprintf(&ret->name, LOCK_FILE_BUILD "%s" LOCK_FILE_END,
			       ret->what) < 0
		    : asprintf(&ret->name,
			       LOCK_FILE_SOURCE "%08x" LOCK_FILE_END,
			       crc32_of(ret->what, strlen(ret->what), 0)) < 0)
		die(EX_BROKEN, "out of memory");
	if (r == 0)
		r = cache_folder(root, ".locks", &ret->path, &why);
	if (r == 0)
		r = ret->folder =
			lock_folder_open(ret->path, /* create */ false,
					 /* path_is_ours */ false, &why);
	if (r < 0 && !is_closed(r))
		die(EX_BROKEN, "%s", why.text);
}

/* Open what is locked. Return: a descriptor, or -1 when there is none. */
static int open_place(struct place *p)
{
	struct why why;
	int fd = -EROFS;

	if (p->folder >= 0)
		fd = lock_file_open(p->folder, p->name, /* create */ true,
				    &why);
	if (fd >= 0)
		return fd;
	if (!is_closed(fd))
		die(EX_BROKEN, "%s", why.text);
	cleanup_fd(&p->folder);
	p->folder = -1;
	if (p->is_key)
		return -1;
	free(p->path);
	p->path = strdup(p->what);
	fd = open(p->what, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || !p->path)
		die(EX_BROKEN, "cannot lock '%s': %m", p->what);
	return fd;
}

/* Is the lock on @fd held by a descriptor that we have inherited? Then an outer
 * ktstr-lock has it for us, and to wait would be to wait for ourselves. */
static bool is_inherited(int fd)
{
	struct stat want, have;
	struct dirent *entry;
	bool found = false;
	DIR *fds;

	if (fstat(fd, &want) < 0)
		return false;
	fds = opendir("/proc/self/fd");
	if (!fds)
		return false;
	while (!found && (entry = readdir(fds))) {
		uint64_t n;

		if (num_parse(entry->d_name, 0, INT_MAX, &n) < 0 ||
		    (int)n == fd || fstat((int)n, &have) < 0 ||
		    have.st_dev != want.st_dev || have.st_ino != want.st_ino)
			continue;
		found = flock((int)n, LOCK_EX | LOCK_NB) == 0;
	}
	closedir(fds);
	return found;
}

static const char *noun(const struct place *p)
{
	return p->is_key ? "the build of" : "source tree";
}

static void say_busy(const struct request *req, const struct place *p, int fd)
{
	auto_str struct str text = { 0 };

	str_addf(&text, "%s '%s' ", noun(p), p->what);
	if (p->folder >= 0)
		str_addf(&text, "('%s/%s') ", p->path, p->name);
	str_add(&text, "is held by ");
	holders_describe(&text, fd);
	if (req->wait_ns == 0)
		die((enum exit_code)req->conflict_code, "%s", str_text(&text));
	note("%s; waiting", str_text(&text));
}

/**
 * take() - lock the tree, or the key
 * @ret_waited: whether somebody else had it
 *
 * Return: the descriptor, or -1 when an outer ktstr-lock holds the lock, or
 * there is none.
 */
static int take(const struct request *req, struct place *p, bool *ret_waited)
{
	bool waited = false;

	find_place(p);
	for (int i = 0; i < LOCK_FILE_TRIES; i++) {
		auto_fd int fd = open_place(p);
		int r = fd < 0 ? 0 : lock_file_take(fd, LOCK_EX, 0);

		if (fd < 0)
			return -1;
		if (r == -EWOULDBLOCK && is_inherited(fd))
			return -1;
		if (r == -EWOULDBLOCK) {
			say_busy(req, p, fd);
			waited = true;
			r = lock_file_take(fd, LOCK_EX, req->wait_ns);
		}
		if (r == -EWOULDBLOCK)
			die((enum exit_code)req->conflict_code,
			    "%s '%s' is held still", noun(p), p->what);
		if (r < 0)
			die(EX_BROKEN, "cannot lock '%s': %s", p->path,
			    strerror(-r));
		*ret_waited = waited;
		if (p->folder < 0 ||
		    lock_file_is_current(p->folder, p->name, fd))
			return take_fd(fd);
	}
	die(EX_BROKEN,
	    "lock file '%s' is removed again and again, or cannot be looked at",
	    p->path);
}

/* Lock it, leave the lock to the command, and become that. */
static noreturn void take_and_become(const struct request *req, struct place *p)
{
	bool waited = false;
	int fd = req->bypass ? -1 : take(req, p, &waited);

	if (!req->bypass && fd < 0) {
		detail("'%s' is locked for us already, or cannot be", p->what);
		place_done(p);
		become(req);
	}
	place_done(p);
	if (fd >= 0)
		fd = lock_file_inherit(fd);
	if (fd < 0 && !req->bypass)
		die(EX_BROKEN, "cannot leave the lock open: %s", strerror(-fd));
	if (!p->is_key)
		export_variable(WAITED, waited ? "1" : NULL);
	become(req);
}

/* The command line names something that is not there, or not for us. */
static bool is_missing(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES ||
	       error == ELOOP || error == ENAMETOOLONG;
}

int do_source(const struct request *req)
{
	auto_free char *tree = realpath(req->source, NULL);
	struct place p = { .what = tree, .folder = -1 };
	struct stat st;

	if (!tree)
		die(is_missing(errno) ? EX_USAGE : EX_BROKEN,
		    "cannot find source tree '%s': %m", req->source);
	if (stat(tree, &st) < 0)
		die(EX_BROKEN, "cannot look at source tree '%s': %m",
		    req->source);
	if (!S_ISDIR(st.st_mode))
		die(EX_USAGE, "source tree '%s' is not a folder", req->source);
	take_and_become(req, &p);
}

int do_build(const struct request *req)
{
	struct place p = { .what = req->source, .is_key = true, .folder = -1 };
	struct why why;

	if (key_check(p.what, &why) < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	take_and_become(req, &p);
}
