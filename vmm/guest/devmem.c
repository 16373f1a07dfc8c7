/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/devmem.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where a piece would be, if nothing else is there. */
#define HASH_STEP 31
/* mmap(2) takes whole ones. */
#define DEVMEM_PAGE 4096

int devmem_begin(struct devmem *d, int fd, const char *iomem)
{
	*d = (struct devmem){ .fd = fd };
	for (const char *line = iomem; line && *line;) {
		const char *next = strchr(line, '\n');
		uint64_t first, last;
		int end = 0;

		/* What is inside of another range is indented. */
		if (isxdigit((unsigned char)*line) &&
		    d->ranges < DEVMEM_RANGES &&
		    sscanf(line, "%" SCNx64 "-%" SCNx64 " : System RAM%n",
			   &first, &last, &end) == 2 &&
		    end) {
			d->first[d->ranges] = first;
			d->last[d->ranges++] = last;
		}
		line = next ? next + 1 : NULL;
	}
	return d->ranges ? 0 : -ENOTSUP;
}

void devmem_end(struct devmem *d)
{
	for (unsigned int i = 0; i < DEVMEM_SLOTS; i++) {
		if (d->at[i])
			munmap((void *)d->map[i], DEVMEM_PIECE);
	}
	for (unsigned int i = 0; i < d->places; i++)
		munmap(d->place[i], d->place_len[i]);
	*d = (struct devmem){ .fd = -1 };
}

static bool is_ram(const struct devmem *d, uint64_t pa, uint64_t len)
{
	for (unsigned int i = 0; i < d->ranges; i++) {
		if (pa >= d->first[i] && pa <= d->last[i] &&
		    len - 1 <= d->last[i] - pa)
			return true;
	}
	return false;
}

static void *map_at(const struct devmem *d, uint64_t pa, uint64_t len)
{
	void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, d->fd, (off_t)pa);

	if (map == MAP_FAILED)
		return NULL;
	/* No worker needs it. */
	(void)madvise(map, len, MADV_DONTFORK);
	return map;
}

/* The piece that @pa is in, mapped; NULL where it cannot be. */
static const char *find(struct devmem *d, uint64_t pa)
{
	uint64_t number = pa / DEVMEM_PIECE;
	unsigned int i = (unsigned int)(number * HASH_STEP % DEVMEM_SLOTS);
	void *map;

	while (d->at[i] && d->at[i] != number + 1)
		i = (i + 1) % DEVMEM_SLOTS;
	if (d->at[i])
		return d->map[i];
	/* A table that is nearly full is slow. */
	if (d->mapped > DEVMEM_SLOTS / 4 * 3 ||
	    !is_ram(d, number * DEVMEM_PIECE, DEVMEM_PIECE))
		return NULL;
	map = map_at(d, number * DEVMEM_PIECE, DEVMEM_PIECE);
	if (!map)
		return NULL;
	d->at[i] = number + 1;
	d->map[i] = map;
	d->mapped++;
	return map;
}

/* Numbers come whole: another CPU may be writing. Where they go to may be less
 * aligned: a domain has its counters as pieces of 4 bytes. */
static void copy(void *to, const char *from, uint32_t len)
{
	if (len == 8 && (uintptr_t)from % 8 == 0) {
		uint64_t n = *(const volatile uint64_t *)(const void *)from;

		memcpy(to, &n, sizeof(n));
	} else if (len == 4 && (uintptr_t)from % 4 == 0) {
		uint32_t n = *(const volatile uint32_t *)(const void *)from;

		memcpy(to, &n, sizeof(n));
	} else {
		memcpy(to, from, len);
	}
}

static int read_one(struct devmem *d, const struct mon_piece *p)
{
	uint64_t at = p->pa % DEVMEM_PIECE;
	const char *map;
	ssize_t n;

	if (p->len == 0 || !is_ram(d, p->pa, p->len))
		return -EFAULT;
	map = p->len <= DEVMEM_PIECE - at ? find(d, p->pa) : NULL;
	if (map) {
		copy(p->to, map + at, p->len);
		return 0;
	}
	n = pread(d->fd, p->to, p->len, (off_t)p->pa);
	if (n < 0)
		return -errno;
	return (uint32_t)n == p->len ? 0 : -EFAULT;
}

/* A mapping for itself: from the begin of its page on. */
static const char *find_place(struct devmem *d, uint64_t pa, uint64_t len)
{
	uint64_t in_page = pa % DEVMEM_PAGE;
	char *map;

	if (d->places == DEVMEM_PLACES)
		return NULL;
	map = map_at(d, pa - in_page, in_page + len);
	if (!map)
		return NULL;
	d->place[d->places] = map;
	d->place_len[d->places++] = in_page + len;
	return map + in_page;
}

const void *devmem_at(void *devmem, uint64_t pa, uint64_t len)
{
	struct devmem *d = devmem;
	uint64_t at = pa % DEVMEM_PIECE;
	const char *map;

	if (len == 0 || !is_ram(d, pa, len))
		return NULL;
	map = len <= DEVMEM_PIECE - at ? find(d, pa) : NULL;
	return map ? map + at : find_place(d, pa, len);
}

int devmem_read(void *devmem, const struct mon_piece *piece, size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = read_one(devmem, &piece[i]);
	return r;
}
