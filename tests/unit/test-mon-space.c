/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of kernels: computed, and through page tables. */
#include <errno.h>

#include "tests/unit/mon-kernel.h"

#define TABLE(n) (AT_TABLE + (n)*0x1000)
#define PRESENT	 1
#define LEAF	 0x80
#define VMALLOC	 UINT64_C(0xffffc90000000000)
#define VMALLOC5 UINT64_C(0xffa0000000000000)

static struct mon_space find(struct kernel *k)
{
	struct mon_space s;
	struct why why = { .text = "" };

	CHECK_INT(mon_space_find(&k->layout, &k->reach, &s, &why), 0);
	return s;
}

/* An entry of the table on the way to @va that has @level levels below. */
static void entry(struct kernel *k, unsigned int table, uint64_t va, int level,
		  uint64_t value)
{
	put(k, TABLE(table) + (va >> (12 + 9 * level)) % 512 * 8, value, 8);
}

/* Map @va by tables 0, 1, ... down to @last levels above a page. */
static void map(struct kernel *k, uint64_t va, int levels, int last,
		uint64_t leaf)
{
	unsigned int table = 0;

	for (int level = levels - 1; level > last; level--, table++)
		entry(k, table, va, level, TABLE(table + 1) | PRESENT);
	entry(k, table, va, last, leaf);
}

static uint64_t pa_of(struct kernel *k, uint64_t va)
{
	struct mon_space s = find(k);
	uint64_t pa = 1;

	CHECK_INT(mon_space_pa(&s, va, &pa), 0);
	return pa;
}

TEST(image_and_direct_map_need_no_table)
{
	struct kernel k;

	kernel_make(&k, 1);
	CHECK(pa_of(&k, IMAGE + 0x123456) == 0x123456);
	CHECK(pa_of(&k, DIRECT + 0x654321) == 0x654321);
	kernel_done(&k);
}

TEST(a_page_of_4_KiB)
{
	struct kernel k;

	kernel_make(&k, 1);
	/* No execution, dirty, accessed: bits that are no address. */
	map(&k, VMALLOC + 0x5000, 4, 0, UINT64_C(1) << 63 | 0x40000 | 0x63);
	CHECK(pa_of(&k, VMALLOC + 0x5abc) == 0x40abc);
	kernel_done(&k);
}

TEST(a_page_of_2_MiB_and_one_of_1_GiB)
{
	struct kernel k;

	kernel_make(&k, 1);
	map(&k, VMALLOC, 4, 1, 0x600000 | LEAF | PRESENT);
	CHECK(pa_of(&k, VMALLOC + 0x1fffff) == 0x7fffff);
	kernel_done(&k);
	kernel_make(&k, 1);
	/* The bit of the page's kind is above the leaf's flags. */
	map(&k, VMALLOC, 4, 2, 0x40000000 | 0x1000 | LEAF | PRESENT);
	CHECK(pa_of(&k, VMALLOC + 0x2345) == 0x40002345);
	kernel_done(&k);
}

TEST(no_page_is_larger_than_1_GiB)
{
	struct kernel k;

	kernel_make(&k, 1);
	map(&k, VMALLOC + 0x5000, 4, 0, 0x40000 | PRESENT);
	entry(&k, 0, VMALLOC + 0x5000, 3, TABLE(1) | LEAF | PRESENT);
	CHECK(pa_of(&k, VMALLOC + 0x5abc) == 0x40abc);
	kernel_done(&k);
}

TEST(five_levels)
{
	struct kernel k;
	struct mon_space s;

	kernel_make(&k, 1);
	put(&k, AT_FIVE, 1, 4);
	put(&k, AT_DIRECT, DIRECT_5, 8);
	map(&k, VMALLOC5 + 0x7000, 5, 0, 0x41000 | PRESENT);
	s = find(&k);
	CHECK_INT(s.levels, 5);
	CHECK(pa_of(&k, VMALLOC5 + 0x7008) == 0x41008);
	CHECK(pa_of(&k, DIRECT_5 + 0x1234) == 0x1234);
	kernel_done(&k);
}

TEST(what_is_not_mapped_is_not_there)
{
	struct kernel k;
	struct mon_space s;
	uint64_t pa = 7;

	kernel_make(&k, 1);
	s = find(&k);
	CHECK_INT(mon_space_pa(&s, VMALLOC, &pa), -EFAULT);
	/* A user's address, and none at all. */
	CHECK_INT(mon_space_pa(&s, 0x400000, &pa), -EFAULT);
	CHECK_INT(mon_space_pa(&s, 0, &pa), -EFAULT);
	/* A table outside of memory. */
	entry(&k, 0, VMALLOC, 3, (uint64_t)MEMORY << 4 | PRESENT);
	CHECK_INT(mon_space_pa(&s, VMALLOC, &pa), -EFAULT);
	CHECK(pa == 7);
	kernel_done(&k);
}

TEST(a_read_goes_over_the_end_of_a_page)
{
	struct kernel k;
	struct mon_space s;
	char text[5] = "";

	kernel_make(&k, 1);
	map(&k, VMALLOC, 4, 0, 0x50000 | PRESENT);
	entry(&k, 3, VMALLOC + 0x1000, 0, 0x48000 | PRESENT);
	memcpy(k.memory + 0x50ffe, "ab", 2);
	memcpy(k.memory + 0x48000, "cd", 2);
	s = find(&k);
	CHECK_INT(mon_space_read(&s, VMALLOC + 0xffe, text, 4), 0);
	CHECK(strcmp(text, "abcd") == 0);
	kernel_done(&k);
}

TEST(a_kernel_that_is_elsewhere_is_not_read)
{
	struct kernel k;
	struct mon_space s;
	struct why why = { .text = "" };

	kernel_make(&k, 1);
	k.memory[AT_BANNER] = 'l';
	CHECK_INT(mon_space_find(&k.layout, &k.reach, &s, &why), -ENXIO);
	CHECK(strstr(why.text, "nokaslr"));
	kernel_done(&k);
}

TEST(nothing_is_found_before_the_kernel_is_up)
{
	struct kernel k;
	struct mon_space s;
	struct why why = { .text = "" };

	kernel_make(&k, 1);
	put(&k, AT_DIRECT, 0, 8);
	CHECK_INT(mon_space_find(&k.layout, &k.reach, &s, &why), -EAGAIN);
	put(&k, AT_DIRECT, DIRECT, 8);
	CHECK_INT(mon_space_find(&k.layout, &k.reach, &s, &why), 0);
	kernel_done(&k);
}
