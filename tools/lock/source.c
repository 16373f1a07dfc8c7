/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-lock source: one build at a time in a source tree. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
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

/* The folder beside the cached kernels; not /tmp, where cleaners unlink. */
static int open_folder(char **ret_path)
{
	auto_free char *root = NULL;
	char *path = NULL;
	struct why why;
	int r = cache_root(&root, &why);

	if (r < 0)
		die(EX_BROKEN, "%s", why.text);
	r = cache_folder(root, ".locks", &path, &why);
	if (r < 0)
		die(EX_BROKEN, "%s", why.text);
	r = lock_folder_open(path, /* create */ false, /* path_is_ours */ false,
			     &why);
	if (r < 0)
		die(EX_BROKEN, "%s", why.text);
	*ret_path = path;
	return r;
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

static void say_busy(const struct request *req, const char *folder,
		     const char *name, const char *tree, int fd)
{
	auto_str struct str text = { 0 };

	str_addf(&text, "source tree '%s' ('%s/%s') is held by ", tree, folder,
		 name);
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
	auto_free char *path = NULL;
	auto_fd int folder = open_folder(&path);
	bool waited = false;
	char name[32];
	struct why why;

	snprintf(name, sizeof(name), "source-%08x.lock",
		 crc32_of(tree, strlen(tree), 0));
	for (;;) {
		auto_fd int fd =
			lock_file_open(folder, name, /* create */ true, &why);
		int r;

		if (fd < 0)
			die(EX_BROKEN, "%s", why.text);
		r = lock_file_take(fd, LOCK_EX, /* wait_ns */ 0);
		if (r == -EWOULDBLOCK && is_inherited(fd))
			return -1;
		if (r == -EWOULDBLOCK) {
			say_busy(req, path, name, tree, fd);
			waited = true;
			r = lock_file_take(fd, LOCK_EX, req->wait_ns);
		}
		if (r == -EWOULDBLOCK)
			die((enum exit_code)req->conflict_code,
			    "source tree '%s' is held still", tree);
		if (r < 0)
			die(EX_BROKEN, "cannot lock '%s/%s': %s", path, name,
			    strerror(-r));
		*ret_waited = waited;
		if (lock_file_is_current(folder, name, fd))
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
