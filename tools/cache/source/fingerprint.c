/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/fingerprint.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/cache/source/parallel.h"
#include "tools/lib/cleanup.h"

/**
 * struct content - what is under a name
 * @kind:  one word
 * @hash:  of the content
 * @error: -errno of reading, or 0
 */
struct content {
	const char *kind;
	char hash[HASH_HEX_SIZE];
	int error;
};

/* What the threads share: the next path that nobody has taken. */
struct work {
	int top;
	const struct paths *paths;
	struct content *contents;
	size_t next;
};

static int hash_link(int top, const char *path, char ret[HASH_HEX_SIZE])
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(top, path, target, sizeof(target));
	struct hash h;

	if (n < 0)
		return -errno;
	hash_init(&h);
	hash_add(&h, target, (size_t)n);
	hash_hex(&h, ret);
	return 0;
}

static void look(int top, const char *path, struct content *c)
{
	struct stat st;

	if (fstatat(top, path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		c->kind = "gone";
		c->error = errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	} else if (S_ISLNK(st.st_mode)) {
		c->kind = "link";
		c->error = hash_link(top, path, c->hash);
	} else if (S_ISREG(st.st_mode)) {
		c->kind = st.st_mode & 0100 ? "program" : "file";
		c->error = hash_file(top, path, c->hash);
	} else {
		c->kind = "other";
	}
	/* Removed meanwhile: another look will tell. */
	if (c->error == -ENOENT)
		c->error = 0;
}

static void work(void *arg)
{
	struct work *w = arg;
	size_t i;

	while ((i = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED)) <
	       w->paths->count)
		look(w->top, w->paths->names[i], &w->contents[i]);
}

int fingerprint_files(int top, const struct paths *paths,
		      char ret[HASH_HEX_SIZE], struct why *reterr_why)
{
	auto_free struct content *contents =
		calloc(paths->count + 1, sizeof(*contents));
	struct work w = { .top = top, .paths = paths, .contents = contents };
	struct hash h;

	if (!contents)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (paths->count > 4)
		parallel_run(work, &w);
	else
		work(&w);
	hash_init(&h);
	for (size_t i = 0; i < paths->count; i++) {
		const struct content *c = &contents[i];

		if (c->error)
			return why_set(reterr_why, c->error,
				       "cannot read '%s': %s", paths->names[i],
				       strerror(-c->error));
		hash_add_fact(&h, "path", paths->names[i]);
		hash_add_fact(&h, c->kind, c->hash);
	}
	hash_hex(&h, ret);
	return 0;
}
