/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/git/git-files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <nettle/sha1.h>

#include "tools/cache/source/parallel.h"
#include "tools/lib/cleanup.h"

/* Entries that a thread takes at a time. */
#define PORTION 512

#define MODE_LINK   0120000
#define MODE_MODULE 0160000

/**
 * struct work - what the threads share
 * @next:    the first entry that nobody has taken
 * @lock:    held to add to the lists
 * @changed: files that differ
 * @unsure:  files whose bytes differ; filters may make up for it, and
 *	     libgit2 has to read the index too, to tell
 */
struct work {
	const struct gindex *index;
	const struct git_rules *rules;
	int top;
	size_t next;
	pthread_mutex_t lock;
	struct paths *changed;
	struct paths unsure;
};

/**
 * struct folder - the folder of the last file, known to be no link
 */
struct folder {
	char path[PATH_MAX];
	size_t len;
};

enum answer {
	SAME,
	CHANGED,
	UNSURE,
	LOOK,
};

/*
 * A file behind a symbolic link is not the file that git knows, though it may
 * be the same inode: somebody moved the folder and left a link.
 */
static bool folder_is_real(struct folder *f, int top, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0, same = 0;
	struct stat st;

	if (len >= sizeof(f->path))
		return false;
	if (len == f->len && memcmp(path, f->path, len) == 0)
		return true;
	while (same < len && same < f->len && path[same] == f->path[same])
		same++;
	memcpy(f->path, path, len);
	f->path[len] = '\0';
	f->len = len;
	for (size_t i = same; i <= len && len > 0; i++) {
		if (i < len && path[i] != '/')
			continue;
		f->path[i] = '\0';
		if (fstatat(top, f->path, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISDIR(st.st_mode)) {
			f->len = 0;
			return false;
		}
		f->path[i] = i < len ? '/' : '\0';
	}
	return true;
}

/* Compare a time; an index without nanoseconds has none to compare. */
static bool is_time(const uint32_t had[2], const struct timespec *now)
{
	return had[0] == (uint32_t)now->tv_sec &&
	       (had[1] == 0 || had[1] == (uint32_t)now->tv_nsec);
}

/* Could the file have been changed after git looked, in the same moment? */
static bool is_racy(const struct gindex *x, const struct gindex_entry *e)
{
	uint32_t sec = (uint32_t)x->written.tv_sec;

	if (e->times[3] == 0 || e->times[2] != sec)
		return e->times[2] >= sec;
	return e->times[3] >= (uint32_t)x->written.tv_nsec;
}

/* What stat alone can tell: SAME, CHANGED, or LOOK at its bytes. */
static enum answer judge(const struct work *w, const struct gindex_entry *e,
			 const struct stat *st)
{
	const struct git_rules *rules = w->rules;
	bool link = (e->mode & S_IFMT) == MODE_LINK;

	if (!(link && S_ISLNK(st->st_mode)) &&
	    !(S_ISREG(st->st_mode) && (!link || !rules->symlinks)))
		return CHANGED;
	if (!link && rules->file_mode && (e->mode ^ st->st_mode) & 0100)
		return CHANGED;
	if (e->size != (uint32_t)st->st_size || e->size == 0)
		return LOOK;
	if (rules->check_all ? !is_time(&e->times[2], &st->st_mtim)
			     : e->times[2] != (uint32_t)st->st_mtim.tv_sec)
		return LOOK;
	if (rules->check_all && e->ino != (uint32_t)st->st_ino)
		return LOOK;
	if (rules->check_all && rules->trust_ctime &&
	    !is_time(&e->times[0], &st->st_ctim))
		return LOOK;
	return is_racy(w->index, e) ? LOOK : SAME;
}

/*
 * Hash @fd as git does: "blob SIZE", NUL, content.
 *
 * @ret_filter: git's own filters may change it: it has a CR, or "$Id"
 *
 * Return: 0 or -errno.
 */
static int hash_blob(int fd, off_t size, uint8_t ret[GIT_RAW], bool *ret_filter)
{
	/* The two bytes before are kept, for a "$Id" that is cut. */
	char buf[2 + (1 << 16)] = "", *text = buf + 2;
	struct sha1_ctx sha1;
	int n = snprintf(text, 64, "blob %lld", (long long)size);
	ssize_t got;

	*ret_filter = false;
	sha1_init(&sha1);
	sha1_update(&sha1, (size_t)n + 1, (const uint8_t *)text);
	while ((got = read(fd, text, sizeof(buf) - 2)) > 0) {
		sha1_update(&sha1, (size_t)got, (const uint8_t *)text);
		*ret_filter |= memchr(text, '\r', (size_t)got) ||
			       memmem(buf, (size_t)got + 2, "$Id", 3);
		memmove(buf, buf + got, 2);
	}
	sha1_digest(&sha1, GIT_RAW, ret);
	return got < 0 ? -errno : 0;
}

static enum answer compare_link(const struct work *w,
				const struct gindex_entry *e)
{
	char text[PATH_MAX + 32];
	uint8_t hash[GIT_RAW];
	struct sha1_ctx sha1;
	char target[PATH_MAX];
	ssize_t n = readlinkat(w->top, e->path, target, sizeof(target));
	int head;

	if (n < 0)
		return CHANGED;
	head = snprintf(text, sizeof(text), "blob %zd", n);
	sha1_init(&sha1);
	sha1_update(&sha1, (size_t)head + 1, (const uint8_t *)text);
	sha1_update(&sha1, (size_t)n, (const uint8_t *)target);
	sha1_digest(&sha1, GIT_RAW, hash);
	return memcmp(hash, e->oid, GIT_RAW) == 0 ? SAME : CHANGED;
}

static enum answer compare_bytes(const struct work *w,
				 const struct gindex_entry *e,
				 const struct stat *st)
{
	uint8_t hash[GIT_RAW];
	bool filter;

	if (S_ISLNK(st->st_mode))
		return compare_link(w, e);
	auto_fd int fd = openat(w->top, e->path,
				O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || hash_blob(fd, st->st_size, hash, &filter) < 0)
		return CHANGED;
	if (memcmp(hash, e->oid, GIT_RAW) == 0)
		return SAME;
	/* As git, which asks no filter where the size is another one already:
	 * what is built from other bytes has no clean tree's key. */
	if (e->size != 0 && e->size != (uint32_t)st->st_size)
		return CHANGED;
	return filter ? UNSURE : CHANGED;
}

static enum answer compare(const struct work *w, const struct gindex_entry *e,
			   struct folder *folder)
{
	enum answer answer;
	struct stat st;
	bool there;

	if (e->marks & (GINDEX_ADD | GINDEX_MERGE))
		return CHANGED;
	if (e->marks & GINDEX_ASSUME || (e->mode & S_IFMT) == MODE_MODULE)
		return SAME;
	if (e->marks & GINDEX_SKIP && !w->rules->sparse)
		return SAME;
	there = folder_is_real(folder, w->top, e->path) &&
		fstatat(w->top, e->path, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!there)
		return e->marks & GINDEX_SKIP ? SAME : CHANGED;
	answer = judge(w, e, &st);
	return answer == LOOK ? compare_bytes(w, e, &st) : answer;
}

static void work(void *arg)
{
	struct folder folder = { .len = 0 };
	struct work *w = arg;
	size_t at;

	while ((at = __atomic_fetch_add(&w->next, PORTION, __ATOMIC_RELAXED)) <
	       w->index->count) {
		size_t end = at + PORTION;

		for (; at < end && at < w->index->count; at++) {
			const struct gindex_entry *e = &w->index->entries[at];
			enum answer answer = compare(w, e, &folder);

			if (answer == SAME)
				continue;
			pthread_mutex_lock(&w->lock);
			paths_add(answer == UNSURE ? &w->unsure : w->changed,
				  e->path);
			pthread_mutex_unlock(&w->lock);
		}
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(a, ((const struct gindex_entry *)b)->path);
}

/* Is the file the same once git's filters, such as those for CR, had it? */
static bool is_same_filtered(git_repository *repo, const struct gindex *index,
			     const char *path)
{
	const struct gindex_entry *e =
		bsearch(path, index->entries, index->count,
			sizeof(*index->entries), by_path);
	git_oid oid;

	return e &&
	       git_repository_hashfile(&oid, repo, path, GIT_OBJECT_BLOB,
				       NULL) == 0 &&
	       memcmp(oid.id, e->oid, GIT_RAW) == 0;
}

int git_files_changed(git_repository *repo, const struct gindex *index, int top,
		      const struct git_rules *rules, struct paths *ret,
		      struct why *reterr_why)
{
	struct work w = {
		.index = index,
		.rules = rules,
		.top = top,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = ret,
	};

	parallel_run(work, &w);
	for (size_t i = 0; i < w.unsure.count; i++) {
		if (!is_same_filtered(repo, index, w.unsure.names[i]))
			paths_add(ret, w.unsure.names[i]);
	}
	ret->failed |= w.unsure.failed;
	paths_done(&w.unsure);
	return ret->failed ? why_set(reterr_why, -ENOMEM, "out of memory") : 0;
}
