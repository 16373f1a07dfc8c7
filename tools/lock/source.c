/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-lock source: one build at a time in a source tree. */
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

#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/crc.h"
#include "tools/lib/file.h"
#include "tools/lib/lockfile.h"
#include "tools/lib/num.h"
#include "tools/lock/lock.h"

#define WAITED "KTSTR_SOURCE_WAITED"

/**
 * struct place - where the lock of a tree is
 * @folder: beside the cached kernels; not /tmp, where cleaners unlink. -1 where
 *	    that cannot be written: then it is the tree's own folder
 * @path:   of @folder, or of the tree
 */
struct place {
	int folder;
	char *path;
	char name[32];
};

static void place_done(struct place *p)
{
	cleanup_fd(&p->folder);
	free(p->path);
}

/* May we not write there? */
static bool is_closed(int error)
{
	return error == -EROFS || error == -EACCES || error == -EPERM;
}

static void find_place(const char *tree, struct place *ret)
{
	auto_free char *root = NULL;
	struct why why;
	int r = cache_root(&root, &why);

	*ret = (struct place){ .folder = -1 };
	snprintf(ret->name, sizeof(ret->name), "source-%08x.lock",
		 crc32_of(tree, strlen(tree), 0));
	if (r == 0)
		r = cache_folder(root, ".locks", &ret->path, &why);
	if (r == 0)
		r = ret->folder =
			lock_folder_open(ret->path, /* create */ false,
					 /* path_is_ours */ false, &why);
	if (r < 0 && !is_closed(r))
		die(EX_BROKEN, "%s", why.text);
}

/* Open what is locked. Return: a descriptor. */
static int open_place(const char *tree, struct place *p)
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
	free(p->path);
	p->path = strdup(tree);
	fd = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || !p->path)
		die(EX_BROKEN, "cannot lock '%s': %m", tree);
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

static void say_busy(const struct request *req, const struct place *p,
		     const char *tree, int fd)
{
	auto_str struct str text = { 0 };

	if (p->folder >= 0)
		str_addf(&text, "source tree '%s' ('%s/%s') is held by ", tree,
			 p->path, p->name);
	else
		str_addf(&text, "source tree '%s' is held by ", tree);
	holders_describe(&text, fd);
	if (req->wait_ns == 0)
		die((enum exit_code)req->conflict_code, "%s", str_text(&text));
	note("%s; waiting", str_text(&text));
}

/**
 * take() - lock the tree
 * @ret_waited: whether somebody else had it
 *
 * Return: the descriptor, or -1 when an outer ktstr-lock holds the lock.
 */
static int take(const struct request *req, const char *tree, bool *ret_waited)
{
	__attribute__((cleanup(place_done))) struct place p;
	bool waited = false;

	find_place(tree, &p);
	for (;;) {
		auto_fd int fd = open_place(tree, &p);
		int r = lock_file_take(fd, LOCK_EX, /* wait_ns */ 0);

		if (r == -EWOULDBLOCK && is_inherited(fd))
			return -1;
		if (r == -EWOULDBLOCK) {
			say_busy(req, &p, tree, fd);
			waited = true;
			r = lock_file_take(fd, LOCK_EX, req->wait_ns);
		}
		if (r == -EWOULDBLOCK)
			die((enum exit_code)req->conflict_code,
			    "source tree '%s' is held still", tree);
		if (r < 0)
			die(EX_BROKEN, "cannot lock '%s': %s", p.path,
			    strerror(-r));
		*ret_waited = waited;
		if (p.folder < 0 || lock_file_is_current(p.folder, p.name, fd))
			return take_fd(fd);
	}
}

int do_source(const struct request *req)
{
	auto_free char *tree = realpath(req->source, NULL);
	bool waited = false;
	struct stat st;
	int fd;

	if (!tree)
		die(EX_USAGE, "cannot find source tree '%s': %m", req->source);
	if (stat(tree, &st) < 0 || !S_ISDIR(st.st_mode))
		die(EX_USAGE, "source tree '%s' is not a folder", req->source);
	if (!req->bypass) {
		fd = take(req, tree, &waited);
		if (fd < 0) {
			detail("'%s' is locked for us already", tree);
			become(req);
		}
		fd = lock_file_inherit(fd);
		if (fd < 0)
			die(EX_BROKEN, "cannot leave the lock open: %s",
			    strerror(-fd));
	}
	export_variable(WAITED, waited ? "1" : NULL);
	become(req);
}
