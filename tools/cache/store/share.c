/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/share.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock.h"
#include "tools/cache/store/temp.h"
#include "tools/lib/cleanup.h"

#define BLOCK_BYTES 65536
/* Most that Linux shares by one call; see ioctl_fideduperange(2). */
#define SHARE_BYTES (16 << 20)

/* Smaller files may lie in their inode, where nothing can be shared though the
 * file system says that it was. */
#define INLINE_MAX 4096
/* How much of a file's place on the disk is compared. */
#define EXTENTS_MAX 32

/* Paths of files by "SIZE-SHA256". */
struct pool {
	json_t *path;
};

/* "SIZE-SHA256" of a file in the metadata, or NULL when it has none. */
static char *name_of(const json_t *file)
{
	const char *hash = json_string_value(json_object_get(file, "sha256"));
	json_int_t size = json_integer_value(json_object_get(file, "size"));
	char *name;

	if (!hash || size <= 0 ||
	    asprintf(&name, "%" JSON_INTEGER_FORMAT "-%s", size, hash) < 0)
		return NULL;
	return name;
}

/* Add the files of @e that are not known yet. */
static void pool_add(struct pool *p, const struct entry *e)
{
	json_t *files = json_object_get(e->meta, "files"), *file;
	const char *below;

	json_object_foreach(files, below, file)
	{
		auto_free char *name = name_of(file), *path = NULL;

		if (name && !json_object_get(p->path, name) &&
		    asprintf(&path, "%s/%s", e->path, below) >= 0)
			json_object_set_new(p->path, name, json_string(path));
	}
}

/* The first extents of a file; they follow the map, as FS_IOC_FIEMAP wants. */
union extents {
	struct fiemap map;
	char room[sizeof(struct fiemap) +
		  EXTENTS_MAX * sizeof(struct fiemap_extent)];
};

static bool find_extents(int fd, union extents *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->map.fm_length = FIEMAP_MAX_OFFSET;
	ret->map.fm_flags = FIEMAP_FLAG_SYNC;
	ret->map.fm_extent_count = EXTENTS_MAX;
	return ioctl(fd, FS_IOC_FIEMAP, &ret->map) == 0 &&
	       ret->map.fm_mapped_extents > 0;
}

/* Do both files have their bytes in the same places of the disk already? */
static bool is_shared(int a, int b)
{
	union extents x, y;

	if (!find_extents(a, &x) || !find_extents(b, &y) ||
	    x.map.fm_mapped_extents != y.map.fm_mapped_extents)
		return false;
	for (uint32_t i = 0; i < x.map.fm_mapped_extents; i++) {
		const struct fiemap_extent *p = &x.map.fm_extents[i];
		const struct fiemap_extent *q = &y.map.fm_extents[i];

		if (!(p->fe_flags & FIEMAP_EXTENT_SHARED) ||
		    p->fe_physical != q->fe_physical ||
		    p->fe_length != q->fe_length)
			return false;
	}
	return true;
}

/* Let the file system share the bytes of two open files. */
static bool share_extents(int from, int to, uint64_t size)
{
	union {
		struct file_dedupe_range head;
		char room[sizeof(struct file_dedupe_range) +
			  sizeof(struct file_dedupe_range_info)];
	} range;
	struct file_dedupe_range_info *info = range.head.info;

	for (uint64_t at = 0; at < size; at += info->bytes_deduped) {
		uint64_t left = size - at;

		memset(&range, 0, sizeof(range));
		range.head.src_offset = at;
		range.head.src_length = left < SHARE_BYTES ? left : SHARE_BYTES;
		range.head.dest_count = 1;
		info->dest_fd = to;
		info->dest_offset = at;
		if (ioctl(from, FIDEDUPERANGE, &range) < 0 ||
		    info->status != FILE_DEDUPE_RANGE_SAME ||
		    info->bytes_deduped == 0)
			return false;
	}
	return true;
}

static ssize_t read_block(int fd, char *block)
{
	size_t len = 0;

	while (len < BLOCK_BYTES) {
		ssize_t n = read(fd, block + len, BLOCK_BYTES - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static bool is_same_content(int a, int b)
{
	char x[BLOCK_BYTES], y[BLOCK_BYTES];
	ssize_t n;

	do {
		n = read_block(a, x);
		if (n < 0 || read_block(b, y) != n ||
		    memcmp(x, y, (size_t)n) != 0)
			return false;
	} while (n > 0);
	return true;
}

/*
 * Make @to share the storage of @from, if they are equal.
 * @spare: a path on the same file system that nothing has yet
 *
 * Return: bytes saved.
 */
static uint64_t share_file(const char *from, const char *to, const char *spare)
{
	auto_fd int a = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	auto_fd int b = open(to, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat x, y;

	if (a < 0 || b < 0 || fstat(a, &x) < 0 || fstat(b, &y) < 0 ||
	    !S_ISREG(x.st_mode) || !S_ISREG(y.st_mode) ||
	    x.st_dev != y.st_dev || x.st_ino == y.st_ino ||
	    x.st_size != y.st_size || is_shared(a, b))
		return 0;
	if (x.st_size >= INLINE_MAX && share_extents(a, b, (uint64_t)x.st_size))
		return (uint64_t)x.st_size;
	if (x.st_uid != y.st_uid || x.st_gid != y.st_gid ||
	    x.st_mode != y.st_mode || (x.st_mode & 0222) ||
	    !is_same_content(a, b))
		return 0;
	if (link(from, spare) < 0)
		return 0;
	if (rename(spare, to) < 0) {
		(void)unlink(spare);
		return 0;
	}
	return y.st_nlink == 1 ? (uint64_t)y.st_size : 0;
}

/* Share each file of @e that the pool has. */
static uint64_t share_entry(const struct pool *p, const struct entry *e,
			    const char *spare)
{
	json_t *files = json_object_get(e->meta, "files"), *file;
	const char *below;
	uint64_t saved = 0;

	json_object_foreach(files, below, file)
	{
		auto_free char *name = name_of(file), *path = NULL;
		const char *from =
			name ? json_string_value(json_object_get(p->path, name))
			     : NULL;

		if (from && asprintf(&path, "%s/%s", e->path, below) >= 0)
			saved += share_file(from, path, spare);
	}
	return saved;
}

void share_with_others(const char *root, const char *work)
{
	auto_free char *folder = strdup(work), *spare = NULL;
	struct entries all = { 0 };
	struct pool pool = { json_object() };
	auto_entry struct entry e = { 0 };
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (slash && asprintf(&spare, "%s.share", work) >= 0 &&
	    entries_load(root, &all, NULL) == 0) {
		*slash = '\0';
		for (size_t i = 0; i < all.count; i++) {
			if (!all.entry[i].error_kind)
				pool_add(&pool, &all.entry[i]);
		}
		if (entry_look(folder, slash + 1, &e) == 0 && !e.error_kind)
			(void)share_entry(&pool, &e, spare);
	}
	entries_done(&all);
	json_decref(pool.path);
}

/* Share the files of one entry of the cache, unless it is in use. */
static uint64_t share_locked(struct pool *p, const char *root, const char *key,
			     const char *spare)
{
	auto_entry struct entry e = { 0 };
	uint64_t saved;

	auto_fd int lock = entry_lock(root, key, /* wait_ms */ 0, NULL);
	if (lock < 0 || entry_look(root, key, &e) < 0 || e.error_kind)
		return 0;
	saved = share_entry(p, &e, spare);
	pool_add(p, &e);
	return saved;
}

int share_all(const char *root, uint64_t *ret_saved, struct why *reterr_why)
{
	auto_free char *temps = NULL, *spare = NULL;
	auto_temp struct temp temp = TEMP_NONE;
	struct pool pool = { json_object() };
	struct entries all = { 0 };
	uint64_t saved = 0;
	int r = 0;

	if (asprintf(&temps, "%s/.tmp", root) < 0)
		r = -ENOMEM;
	if (r == 0)
		r = temp_new(temps, "share", &temp, reterr_why);
	if (r == 0 && asprintf(&spare, "%s/file", temp.path) < 0)
		r = -ENOMEM;
	if (r == 0)
		r = entries_load(root, &all, reterr_why);
	for (size_t i = 0; r == 0 && i < all.count; i++) {
		if (!all.entry[i].error_kind)
			saved += share_locked(&pool, root, all.entry[i].key,
					      spare);
	}
	entries_done(&all);
	json_decref(pool.path);
	if (r == 0)
		*ret_saved = saved;
	return r == -ENOMEM ? why_set(reterr_why, r, "out of memory") : r;
}
