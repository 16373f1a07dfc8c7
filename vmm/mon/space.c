/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/mon/space.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define PAGE	   UINT64_C(4096)
#define IMAGE_VA   UINT64_C(0xffffffff80000000) /* __START_KERNEL_map */
#define IMAGE_SIZE (UINT64_C(1) << 30)
#define DIRECT_VA  UINT64_C(0xffff888000000000) /* 4 levels, fixed */
/* How much the direct map may hold, by levels. */
#define DIRECT_SIZE_4 (UINT64_C(1) << 46)
#define DIRECT_SIZE_5 (UINT64_C(1) << 55)
#define BANNER	      "Linux version "

/* Bits of an entry of a page table. */
#define PRESENT	   UINT64_C(0x1)
#define LEAF	   UINT64_C(0x80)
#define ADDRESS	   UINT64_C(0x000ffffffffff000)
#define ENTRIES	   512
#define INDEX_BITS 9

static int read_one(const struct mon_memory *m, uint64_t pa, void *to,
		    uint32_t len)
{
	struct mon_piece piece = { pa, len, to };

	return m->read(m->arg, &piece, 1);
}

/* An address of the image that no page table is needed for. */
static bool is_image(uint64_t va)
{
	return va - IMAGE_VA < IMAGE_SIZE;
}

static int read_symbol(const struct mon_space *s, const struct mon_layout *l,
		       enum mon_symbol symbol, void *to, uint32_t len)
{
	uint64_t va = l->symbol[symbol];

	if (!is_image(va))
		return -EFAULT;
	return read_one(s->memory, va + s->image, to, len);
}

static int fail(int error, struct why *reterr_why)
{
	return why_set(reterr_why, error, "cannot read the kernel's memory: %s",
		       strerror(-error));
}

static int check_banner(const struct mon_space *s, const struct mon_layout *l,
			struct why *reterr_why)
{
	char text[sizeof(BANNER)] = "";
	int r = read_symbol(s, l, MON_BANNER, text, sizeof(BANNER) - 1);

	if (r < 0)
		return fail(r, reterr_why);
	if (strcmp(text, BANNER) != 0)
		return why_set(reterr_why, -ENXIO,
			       "the kernel is not where its vmlinux says: "
			       "either it moved itself, which kargs = nokaslr "
			       "forbids, or the vmlinux is another kernel's");
	return 0;
}

int mon_space_find(const struct mon_layout *l, const struct mon_memory *memory,
		   struct mon_space *ret, struct why *reterr_why)
{
	struct mon_space s = { .memory = memory,
			       .image = -IMAGE_VA,
			       .direct = DIRECT_VA };
	uint64_t base = 0;
	uint32_t five = 0;
	int r = check_banner(&s, l, reterr_why);

	if (r < 0)
		return r;
	if (l->has[MON_PHYS_BASE])
		r = read_symbol(&s, l, MON_PHYS_BASE, &base, sizeof(base));
	/* It was found where no base was added. */
	if (r == 0 && base != 0)
		return why_set(reterr_why, -ENXIO,
			       "the kernel's image was moved by %" PRIu64
			       " bytes",
			       base);
	if (r == 0 && l->has[MON_PAGE_OFFSET_BASE])
		r = read_symbol(&s, l, MON_PAGE_OFFSET_BASE, &s.direct,
				sizeof(s.direct));
	if (r == 0 && l->has[MON_L5_ENABLED])
		r = read_symbol(&s, l, MON_L5_ENABLED, &five, sizeof(five));
	if (r < 0)
		return fail(r, reterr_why);
	if (s.direct >> 63 == 0 || s.direct % PAGE != 0)
		return why_set(reterr_why, -EAGAIN,
			       "the kernel has no direct map yet");
	s.levels = five ? 5 : 4;
	s.table = l->symbol[MON_TOP_PGT] + s.image;
	*ret = s;
	return 0;
}

static int walk(const struct mon_space *s, uint64_t va, uint64_t *ret_pa)
{
	uint64_t entry, table = s->table;

	for (unsigned int level = s->levels; level > 0; level--) {
		unsigned int shift = 12 + INDEX_BITS * (level - 1);
		uint64_t mask = (UINT64_C(1) << shift) - 1;
		uint64_t at = (va >> shift) % ENTRIES * sizeof(entry);
		int r = read_one(s->memory, table + at, &entry, sizeof(entry));

		if (r < 0)
			return r;
		if (!(entry & PRESENT))
			return -EFAULT;
		table = entry & ADDRESS;
		/* Only entries of 1 GiB and 2 MiB can be leaves above the last
		 * level; there the same bit means something else. */
		if (level == 1 || (level <= 3 && entry & LEAF)) {
			*ret_pa = (table & ~mask) | (va & mask);
			return 0;
		}
	}
	return -EFAULT;
}

int mon_space_pa(const struct mon_space *s, uint64_t va, uint64_t *ret_pa)
{
	uint64_t room = s->levels == 5 ? DIRECT_SIZE_5 : DIRECT_SIZE_4;

	if (va < s->direct)
		return -EFAULT;
	if (va - s->direct < room)
		*ret_pa = va - s->direct;
	else if (is_image(va))
		*ret_pa = va + s->image;
	else
		return walk(s, va, ret_pa);
	return 0;
}

int mon_space_read(const struct mon_space *s, uint64_t va, void *to, size_t len)
{
	char *at = to;

	while (len > 0) {
		uint64_t left = PAGE - va % PAGE, pa;
		uint32_t n = (uint32_t)(len < left ? len : left);
		int r = mon_space_pa(s, va, &pa);

		if (r == 0)
			r = read_one(s->memory, pa, at, n);
		if (r < 0)
			return r;
		va += n;
		at += n;
		len -= n;
	}
	return 0;
}

int mon_space_number(const struct mon_space *s, uint64_t va, uint32_t len,
		     uint64_t *ret)
{
	uint64_t value = 0;
	int r;

	if (len == 0 || len > sizeof(value))
		return -EINVAL;
	r = mon_space_read(s, va, &value, len);
	if (r == 0)
		*ret = value;
	return r;
}
