/* SPDX-License-Identifier: GPL-2.0-or-later */
/* template-list.c - all templates, with their size and when they were used. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/holders.h"
#include "tools/lib/lockfile.h"
#include "tools/vm/template-store.h"

#define STAT_BLOCK_BYTES 512 /* the unit of st_blocks; see stat(2) */

static bool is_key(const char *name)
{
	return strlen(name) == TEMPLATE_KEY_SIZE - 1 &&
	       strspn(name, "0123456789abcdef") == TEMPLATE_KEY_SIZE - 1;
}

/* Files have holes: what counts is their blocks. */
static uint64_t measure(int folder)
{
	uint64_t bytes = 0;
	struct stat st;
	struct dirent *d;
	int copy = dup(folder);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);

	if (!dir && copy >= 0)
		close(copy);
	while (dir && (d = readdir(dir))) {
		if (fstatat(folder, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			bytes += (uint64_t)st.st_blocks * STAT_BLOCK_BYTES;
	}
	if (dir)
		closedir(dir);
	return bytes;
}

/* Does anybody hold @fd? Asked without taking a lock of our own, which would
 * make others wait. */
static bool is_held(const struct lock_table *locks, int fd)
{
	struct lock_id id;
	struct why ignored;

	if (lock_id_of(fd, &id, &ignored) < 0)
		return false;
	for (size_t i = 0; i < locks->count; i++) {
		if (lock_line_is_of(&locks->line[i], &id))
			return true;
	}
	return false;
}

/* Look at one; false when it is gone or not ours. */
static bool look(int root, const char *name, const struct lock_table *locks,
		 struct template_info *ret)
{
	auto_fd int fd =
		openat(root, name, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (!is_key(name) || fd < 0 || fstat(fd, &st) < 0 ||
	    st.st_uid != geteuid())
		return false;
	memcpy(ret->key, name, TEMPLATE_KEY_SIZE);
	ret->used = st.st_mtime;
	ret->bytes = measure(fd);
	ret->busy = is_held(locks, fd);
	return true;
}

/* The lock of who was killed while making one; nobody can want it. */
static void drop_lock(int root, const char *name)
{
	const char *end = strrchr(name, '.');
	auto_fd int fd = -1;

	if (!end || strcmp(end, ".lock") != 0)
		return;
	fd = openat(root, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	/* It may be the next one's by now. */
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    lock_file_is_current(root, name, fd))
		(void)unlinkat(root, name, 0);
}

void template_drop_locks(const char *root)
{
	DIR *dir = opendir(root);
	struct dirent *d;

	while (dir && (d = readdir(dir)))
		drop_lock(dirfd(dir), d->d_name);
	if (dir)
		closedir(dir);
}

static int by_use(const void *a, const void *b)
{
	const struct template_info *x = a, *y = b;

	if (x->used != y->used)
		return x->used < y->used ? -1 : 1;
	return strcmp(x->key, y->key);
}

int template_list(const char *root, struct template_info **ret, size_t *count,
		  struct why *reterr_why)
{
	struct template_info *list = NULL;
	struct lock_table locks = { 0 };
	struct why ignored;
	struct dirent *d;
	DIR *dir = opendir(root);

	*ret = NULL;
	*count = 0;
	if (!dir)
		return errno == ENOENT ? 0
				       : why_set(reterr_why, -errno,
						 "cannot read '%s': %s", root,
						 strerror(errno));
	/* Without it none looks used, and removing finds out by itself. */
	(void)lock_table_read(&locks, &ignored);
	while ((d = readdir(dir))) {
		struct template_info *grown =
			reallocarray(list, *count + 1, sizeof(*list));

		if (!grown) {
			free(list);
			closedir(dir);
			lock_table_done(&locks);
			return why_set(reterr_why, -ENOMEM, "out of memory");
		}
		list = grown;
		*count += look(dirfd(dir), d->d_name, &locks, &list[*count]);
	}
	closedir(dir);
	lock_table_done(&locks);
	if (list)
		qsort(list, *count, sizeof(*list), by_use);
	*ret = list;
	return 0;
}
