/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder.c - a kernel tree: its state and its key. */
#include "tools/cache/source/resolve.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/crc.h"
#include "tools/lib/file.h"

static const char untracked_hint[] =
	"it is not under git, so nothing names its content and this build is "
	"not kept in the cache; put the source under git to keep it";
static const char dirty_hint[] =
	"it has changes that are not committed, so this build is not kept in "
	"the cache; commit or stash them to keep it, or set KTSTR_CACHE_DIRTY=1";

/* $KTSTR_CACHE_DIRTY: 1 or 0, which is the default. Return: 0 or -EINVAL. */
static int cache_dirty(bool *ret, struct why *reterr_why)
{
	const char *value = getenv("KTSTR_CACHE_DIRTY");

	*ret = value && strcmp(value, "1") == 0;
	if (!value || !*value || *ret || strcmp(value, "0") == 0)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "KTSTR_CACHE_DIRTY is '%s'; it may be 1 or 0", value);
}

/* Name what is built, as far as something does, and say whether it is kept. */
static int name(struct source *s, struct why *reterr_why)
{
	bool keep_dirty, keep;
	int r = cache_dirty(&keep_dirty, reterr_why);

	if (r < 0)
		return r;
	keep = !s->state.dirty || (s->state.git && keep_dirty);
	if (s->state.git)
		s->identity = source_key(s);
	if (keep && s->identity)
		s->key = strdup(s->identity);
	if (!keep)
		s->hint = strdup(s->state.git ? dirty_hint : untracked_hint);
	if ((s->state.git && !s->identity) || (!s->key && !s->hint))
		return source_no_memory(reterr_why);
	return 0;
}

/* Say now what would fail in the middle of a build. */
static int check_path(const char *path, struct why *reterr_why)
{
	char odd = source_odd_character(path);

	if (!odd)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "a kernel cannot be built in '%s': kbuild cannot have "
		       "%s%c%s in a path; move or rename the folder",
		       path, odd == ' ' ? "a blank (" : "'", odd,
		       odd == ' ' ? ")" : "'");
}

int resolve_folder(const struct source_request *req, struct source *s,
		   struct why *reterr_why)
{
	char unique[STATE_CRC_SIZE], base[SOURCE_MARK_SIZE],
		mark[SOURCE_MARK_SIZE + 8];
	int r = source_check_tree(s->path, reterr_why);

	if (r < 0)
		return r;
	s->kind = SOURCE_DIRECTORY;
	if (req->build_dir)
		r = file_make_folders(req->build_dir, reterr_why);
	if (r < 0)
		return r;
	s->build = realpath(req->build_dir ? req->build_dir : s->path, NULL);
	if (!s->build)
		return source_no_memory(reterr_why);
	r = check_path(s->path, reterr_why);
	if (r == 0)
		r = check_path(s->build, reterr_why);
	if (r < 0)
		return r;
	r = state_probe(s->path, s->build, &s->state, reterr_why);
	if (r < 0)
		return r;
	snprintf(unique, sizeof(unique), "%08x",
		 crc32_of(s->path, strlen(s->path), /* before */ 0));
	r = source_tree_version(s->path, &s->version, reterr_why);
	if (r < 0)
		return r;
	source_mark(s, base);
	snprintf(mark, sizeof(mark), "%s%s", base,
		 s->state.dirty ? "_dirty" : "");
	s->label = source_label(s->path, unique, mark);
	return s->label ? name(s, reterr_why) : source_no_memory(reterr_why);
}
