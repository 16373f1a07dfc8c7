/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entries.c - all entries of a cache. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock.h"
#include "tools/lib/cachekey.h"

void entries_done(struct entries *all)
{
	for (size_t i = 0; i < all->count; i++)
		entry_done(&all->entry[i]);
	free(all->entry);
	*all = (struct entries){ 0 };
}

int entry_is_ours(const char *root, const struct entry *e)
{
	time_t used;
	int r;

	if (!e->error_kind || entry_names_itself(e))
		return 1;
	r = entry_last_use(root, e->key, &used);
	return r < 0 ? r : used != 0;
}

/* Valid before corrupt, newest first, then by key. */
static int by_age(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int r;

	if (!x->error_kind != !y->error_kind)
		return x->error_kind ? 1 : -1;
	r = strcmp(entry_text(y, "built_at"), entry_text(x, "built_at"));
	return r ? r : strcmp(x->key, y->key);
}

static int add(struct entries *all, const char *root, const char *name)
{
	struct entry *grown;
	int r;

	grown = reallocarray(all->entry, all->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	all->entry = grown;
	r = entry_look(root, name, &grown[all->count]);
	if (r == 0)
		all->count++;
	return r == -ENOENT ? 0 : r; /* gone meanwhile, or a file */
}

int entries_load(const char *root, struct entries *ret, struct why *reterr_why)
{
	struct entries all = { 0 };
	struct dirent *d;
	DIR *dir = opendir(root);
	int r = 0;

	if (!dir && errno != ENOENT)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", root,
			       strerror(errno));
	while (dir && r == 0 && (errno = 0, d = readdir(dir))) {
		if (key_check(d->d_name, NULL) == 0)
			r = add(&all, root, d->d_name);
	}
	/* A part of them must not look like all. */
	if (dir && r == 0)
		r = -errno;
	if (dir)
		(void)closedir(dir);
	if (r < 0) {
		entries_done(&all);
		return why_set(reterr_why, r, "cannot read '%s': %s", root,
			       strerror(-r));
	}
	if (all.count)
		qsort(all.entry, all.count, sizeof(*all.entry), by_age);
	*ret = all;
	return 0;
}
