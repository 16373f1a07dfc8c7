/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/git/git-index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"

#define HEADER	   12
#define STAT_BYTES 40
#define FIXED	   (STAT_BYTES + GIT_RAW + 2)
#define MAX_BYTES  (1u << 30)
#define MAX_PATH   4096

/* Bits of the flags of an entry, and of its second flags. */
#define FLAG_ASSUME   0x8000
#define FLAG_EXTENDED 0x4000
#define FLAG_STAGE    0x3000
#define MORE_SKIP     0x4000
#define MORE_ADD      0x2000

/**
 * struct cursor - where we read
 * @start: of the whole file
 * @at:    the next byte
 * @end:   behind the last that may be read; the checksum follows
 */
struct cursor {
	const uint8_t *start, *at, *end;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static unsigned int be16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

static size_t left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

void gindex_done(struct gindex *x)
{
	free(x->entries);
	free(x->names);
	free(x->data);
	*x = (struct gindex){ 0 };
}

/* The fixed part of an entry. Return: its bytes, or 0 when it is cut. */
static size_t read_fixed(const struct cursor *c, unsigned int version,
			 struct gindex_entry *e)
{
	const uint8_t *p = c->at;
	size_t n = FIXED;
	unsigned int flags, more = 0;

	if (left(c) < FIXED + 2)
		return 0;
	for (size_t i = 0; i < 4; i++)
		e->times[i] = be32(p + 4 * i);
	e->ino = be32(p + 20);
	e->mode = be32(p + 24);
	e->size = be32(p + 36);
	e->oid = p + STAT_BYTES;
	flags = be16(p + STAT_BYTES + GIT_RAW);
	if (flags & FLAG_EXTENDED && version >= 3) {
		more = be16(p + n);
		n += 2;
	}
	e->marks = (flags & FLAG_ASSUME ? GINDEX_ASSUME : 0) |
		   (more & MORE_SKIP ? GINDEX_SKIP : 0) |
		   (more & MORE_ADD ? GINDEX_ADD : 0) |
		   (flags & FLAG_STAGE ? GINDEX_MERGE : 0);
	return n;
}

/* An entry of version 2 or 3: its name is where it stands, then zeros. */
static int read_plain(struct cursor *c, unsigned int version,
		      struct gindex_entry *e)
{
	size_t fixed = read_fixed(c, version, e), all;
	const uint8_t *nul;

	if (fixed == 0)
		return -EBADMSG;
	nul = memchr(c->at + fixed, '\0', left(c) - fixed);
	if (!nul)
		return -EBADMSG;
	e->path = (const char *)c->at + fixed;
	all = ((size_t)(nul - c->at) + 8) / 8 * 8;
	if (all > left(c))
		return -EBADMSG;
	c->at += all;
	return 0;
}

/* A number as version 4 has it. Return: false when it is cut or too large. */
static bool read_varint(struct cursor *c, size_t *ret)
{
	size_t value;

	if (left(c) == 0)
		return false;
	value = *c->at & 127;
	while (*c->at++ & 128) {
		if (left(c) == 0 || value > MAX_PATH)
			return false;
		value = (value + 1) << 7 | (*c->at & 127);
	}
	*ret = value;
	return true;
}

/**
 * struct names - where the names of version 4 are put together
 * @before: the name of the entry before
 * @len:    bytes of it
 * @next:   where the next one goes
 */
struct names {
	const char *before;
	size_t len;
	char *next;
};

/* An entry of version 4: how much to drop of the name before, what to add. */
static int read_packed(struct cursor *c, struct names *names,
		       struct gindex_entry *e)
{
	size_t fixed = read_fixed(c, 4, e), drop, added;
	const uint8_t *nul;

	if (fixed == 0)
		return -EBADMSG;
	c->at += fixed;
	if (!read_varint(c, &drop) || drop > names->len)
		return -EBADMSG;
	nul = memchr(c->at, '\0', left(c));
	added = nul ? (size_t)(nul - c->at) : 0;
	if (!nul || names->len - drop + added > MAX_PATH)
		return -EBADMSG;
	memmove(names->next, names->before, names->len - drop);
	memcpy(names->next + names->len - drop, c->at, added + 1);
	names->len += added - drop;
	names->before = e->path = names->next;
	names->next += names->len + 1;
	c->at = nul + 1;
	return 0;
}

/* Room for the names of @count entries of version 4, measured beforehand. */
static int measure(struct cursor c, size_t count, size_t *ret)
{
	char scratch[MAX_PATH + 1];
	struct names names = { .before = "", .next = scratch };
	struct gindex_entry e;
	size_t total = 1;
	int r;

	for (size_t i = 0; i < count; i++) {
		/* Only lengths count here: each name replaces the one before,
		 * and the text that is kept of it is the same. */
		names.before = names.next = scratch;
		r = read_packed(&c, &names, &e);
		if (r < 0)
			return r;
		total += names.len + 1;
	}
	*ret = total;
	return 0;
}

static int read_entries(struct cursor *c, unsigned int version,
			struct gindex *x)
{
	struct names names = { .before = "" };
	size_t room;
	int r = 0;

	if (version == 4) {
		r = measure(*c, x->count, &room);
		if (r < 0)
			return r;
		x->names = names.next = malloc(room);
		if (!x->names)
			return -ENOMEM;
	}
	for (size_t i = 0; i < x->count && r == 0; i++) {
		if (names.next)
			r = read_packed(c, &names, &x->entries[i]);
		else
			r = read_plain(c, version, &x->entries[i]);
	}
	return r;
}

/* The root of the cached trees: "", how many entries, and what tree it is. */
static void read_tree(const uint8_t *p, size_t size, struct gindex *x)
{
	const uint8_t *line;

	/* A "-1" there means that it is not valid any more. */
	if (size < 2 || p[0] != '\0' || p[1] == '-')
		return;
	line = memchr(p, '\n', size);
	if (!line || size - (size_t)(line + 1 - p) < GIT_RAW)
		return;
	memcpy(x->tree, line + 1, GIT_RAW);
	x->has_tree = true;
}

/* A name in capitals may be ignored; another one may not. */
static int read_extensions(struct cursor *c, struct gindex *x)
{
	while (left(c) >= 8) {
		size_t size = be32(c->at + 4);

		if (size > left(c) - 8)
			return -EBADMSG;
		if (memcmp(c->at, "TREE", 4) == 0)
			read_tree(c->at + 8, size, x);
		else if (c->at[0] < 'A' || c->at[0] > 'Z')
			return -ENOTSUP;
		c->at += 8 + size;
	}
	return left(c) == 0 ? 0 : -EBADMSG;
}

/* Only a split index has entries without a name, and that is refused before. */
static int check_names(const struct gindex *x)
{
	for (size_t i = 0; i < x->count; i++) {
		if (!*x->entries[i].path)
			return -EBADMSG;
	}
	return 0;
}

int gindex_parse(uint8_t *data, size_t size, struct gindex *ret)
{
	struct cursor c = { data, data + HEADER, data + size - GIT_RAW };
	struct gindex x = { 0 };
	unsigned int version;
	int r;

	if (size < HEADER + GIT_RAW || memcmp(data, "DIRC", 4) != 0)
		return -EBADMSG;
	version = be32(data + 4);
	if (version < 2 || version > 4)
		return -ENOTSUP;
	x.count = be32(data + 8);
	if (x.count > size / FIXED)
		return -EBADMSG;
	x.entries = calloc(x.count + 1, sizeof(*x.entries));
	if (!x.entries)
		return -ENOMEM;
	r = read_entries(&c, version, &x);
	if (r == 0)
		r = read_extensions(&c, &x);
	if (r == 0)
		r = check_names(&x);
	if (r < 0) {
		gindex_done(&x);
		return r;
	}
	x.data = data;
	*ret = x;
	return 0;
}

int gindex_read(const char *path, struct gindex *ret, struct why *reterr_why)
{
	auto_free uint8_t *data = NULL;
	size_t size, done = 0;
	struct stat st;
	ssize_t n = 1;
	int r;

	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		*ret = (struct gindex){ 0 };
		return 0;
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", path,
			       strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size > MAX_BYTES)
		return why_set(reterr_why, -EBADMSG, "'%s' is no index of git",
			       path);
	size = (size_t)st.st_size;
	data = malloc(size + 1);
	if (!data)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	while (done < size && n > 0) {
		n = read(fd, data + done, size - done);
		done += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", path,
			       strerror(errno));
	r = gindex_parse(data, done, ret);
	if (r < 0)
		return why_set(reterr_why, r, "git's index '%s' is %s", path,
			       r == -ENOTSUP  ? "of a kind that is not known"
			       : r == -ENOMEM ? "too large"
					      : "damaged");
	(void)take_ptr(data);
	ret->written = st.st_mtim;
	return 0;
}
