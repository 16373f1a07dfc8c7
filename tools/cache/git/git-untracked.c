/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/git/git-untracked.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/source/parallel.h"
#include "tools/cache/source/path-set.h"
#include "tools/lib/cleanup.h"

/**
 * struct scan - what the threads share
 * @tracked: the index, and the folders above its files
 * @but:     a folder that is left out, or ""
 * @lock:    held for all of the following
 * @changed: signalled when there are folders to read, or none ever more
 * @todo:    tracked folders that nobody has read yet
 * @busy:    threads that read one now, and may add to @todo
 * @found:   names that are not tracked; a folder's end in "/"
 * @error:   the first -errno
 */
struct scan {
	struct path_set tracked;
	int top;
	const char *but;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct paths todo;
	unsigned int busy;
	struct paths found;
	int error;
};

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

/* What no kernel is made of: see git_untracked(). */
static bool is_product(const char *name)
{
	static const char *const ends[] = { ".o",   ".a",    ".ko",
					    ".cmd", ".mod",  ".order",
					    ".dtb", ".orig", ".rej" };

	if (*name == '.')
		return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends_in(name, ends[i]))
			return true;
	}
	return false;
}

/**
 * struct batch - what one folder has
 * @folders: tracked ones, to be read
 * @found:   what is not tracked
 */
struct batch {
	struct paths folders, found;
};

/* What is under @name, of which readdir(3) has not told. */
static unsigned char type_of(int top, const char *name)
{
	struct stat st;

	if (fstatat(top, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return DT_UNKNOWN;
	return S_ISDIR(st.st_mode)   ? DT_DIR
	       : S_ISLNK(st.st_mode) ? DT_LNK
	       : S_ISREG(st.st_mode) ? DT_REG
				     : DT_FIFO;
}

/* Sort @name, which has @len bytes and room for one more, into @b. */
static void take(const struct scan *s, char *name, size_t len,
		 unsigned char type, struct batch *b)
{
	bool tracked = path_set_has(&s->tracked, name, len);

	if (type == DT_UNKNOWN)
		type = type_of(s->top, name);
	if (type == DT_DIR && tracked) {
		if (strcmp(name, s->but) != 0)
			paths_add(&b->folders, name);
	} else if (type == DT_DIR) {
		if (strcmp(name, s->but) == 0)
			return;
		name[len] = '/';
		name[len + 1] = '\0';
		paths_add(&b->found, name);
	} else if (!tracked && (type == DT_REG || type == DT_LNK)) {
		paths_add(&b->found, name);
	}
}

/* Read the folder @path, "" or "a/b". Return: 0 or -errno. */
static int read_folder(const struct scan *s, const char *path, struct batch *b)
{
	char buf[1 << 15] __attribute__((aligned(8)));
	char name[PATH_MAX + NAME_MAX + 2];
	size_t len = strlen(path), more;
	ssize_t n;

	if (len >= PATH_MAX)
		return -ENAMETOOLONG;
	auto_fd int fd =
		openat(s->top, *path ? path : ".",
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	memcpy(name, path, len);
	if (len)
		name[len++] = '/';
	while ((n = getdents64(fd, buf, sizeof(buf))) > 0) {
		for (char *p = buf; p < buf + n;) {
			const struct dirent64 *entry = (const void *)p;

			p += entry->d_reclen;
			if (is_product(entry->d_name))
				continue;
			more = strlen(entry->d_name);
			memcpy(name + len, entry->d_name, more + 1);
			take(s, name, len + more, entry->d_type, b);
		}
	}
	if (n < 0)
		return -errno;
	return b->folders.failed || b->found.failed ? -ENOMEM : 0;
}

/* Take a folder, with the lock held; NULL when there will be none any more. */
static char *next(struct scan *s)
{
	while (s->todo.count == 0 && s->busy > 0)
		pthread_cond_wait(&s->changed, &s->lock);
	return s->todo.count > 0 ? s->todo.names[--s->todo.count] : NULL;
}

static void work(void *arg)
{
	struct scan *s = arg;
	char *path;
	int r;

	pthread_mutex_lock(&s->lock);
	while ((path = next(s))) {
		struct batch b = { 0 };

		s->busy++;
		pthread_mutex_unlock(&s->lock);
		r = read_folder(s, path, &b);
		free(path);
		pthread_mutex_lock(&s->lock);
		paths_move(&s->todo, &b.folders);
		paths_move(&s->found, &b.found);
		s->busy--;
		s->error = s->error ? s->error : r;
		pthread_cond_broadcast(&s->changed);
	}
	pthread_mutex_unlock(&s->lock);
}

/* Read a folder of which nothing is tracked, once it is not ignored. */
static int enter(struct scan *s, const char *path, struct paths *names)
{
	char name[PATH_MAX];
	struct batch b = { 0 };
	struct stat st;
	int r;

	snprintf(name, sizeof(name), "%s.git", path);
	if (fstatat(s->top, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	snprintf(name, sizeof(name), "%sCACHEDIR.TAG", path);
	if (fstatat(s->top, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)strlen(path) - 1, path);
	r = read_folder(s, name, &b);
	paths_move(names, &b.found);
	paths_done(&b.folders);
	return r;
}

/* Of what was found, keep what git does not ignore. */
static int sift(git_repository *repo, struct scan *s, struct paths *ret)
{
	struct paths *names = &s->found;
	int r = 0, ignored;

	while (names->count > 0 && r == 0) {
		auto_free char *name = names->names[--names->count];

		ignored = 0;
		if (git_ignore_path_is_ignored(&ignored, repo, name) < 0)
			r = -EIO;
		else if (!ignored && ends_in(name, "/"))
			r = enter(s, name, names);
		else if (!ignored)
			paths_add(ret, name);
	}
	return r;
}

/* The index, and the folders above its files. Return: 0 or -ENOMEM. */
static int fill(struct path_set *set, const struct gindex *index)
{
	const char *before = "";
	int r = path_set_room(set, 2 * index->count + 16);

	for (size_t i = 0; i < index->count && r == 0; i++) {
		const char *path = index->entries[i].path;
		size_t same = 0;

		r = path_set_add(set, path, strlen(path));
		while (path[same] && path[same] == before[same])
			same++;
		for (const char *p = strchr(path + same, '/'); p && r == 0;
		     p = strchr(p + 1, '/'))
			r = path_set_add(set, path, (size_t)(p - path));
		before = path;
	}
	return r;
}

int git_untracked(git_repository *repo, const struct gindex *index, int top,
		  const char *but, struct paths *ret, struct why *reterr_why)
{
	struct scan s = {
		.top = top,
		.but = but ? but : "",
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
	int r = fill(&s.tracked, index);

	if (r == 0) {
		paths_add(&s.todo, "");
		parallel_run(work, &s);
		r = s.todo.failed || s.found.failed ? -ENOMEM : s.error;
	}
	if (r == 0)
		r = sift(repo, &s, ret);
	if (ret->failed)
		r = -ENOMEM;
	paths_done(&s.todo);
	paths_done(&s.found);
	path_set_done(&s.tracked);
	if (r < 0)
		return why_set(reterr_why, r,
			       "cannot look for files that are not tracked: %s",
			       strerror(-r));
	return 0;
}
