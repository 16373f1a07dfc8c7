/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine's memory from outside: what QEMU says of it, and reads of a
 * process: of this one. */
#include <errno.h>

#include "tests/unit/t.h"
#include "vmm/mon/outside.h"

/* As QEMU 7.2 prints it, of a machine of two nodes; shortened. */
static const char tree[] =
	"FlatView #0\n"
	" AS \"I/O\", root: io\n"
	" Root memory region: io\n"
	"  0000000000000000-0000000000000007 (prio 0, i/o): dma-chan\n"
	"\n"
	"FlatView #1\n"
	" AS \"memory\", root: system\n"
	" AS \"cpu-memory-0\", root: system\n"
	" Root memory region: system\n"
	"  0000000000000000-00000000000bffff (prio 0, ram): ram0\n"
	"  00000000000c0000-00000000000cafff (prio 1, rom): pc.rom\n"
	"  0000000000100000-00000000bfffffff (prio 0, ram): ram0 "
	"@0000000000100000 KVM\n"
	"  00000000fec00000-00000000fec00fff (prio 0, i/o): ioapic\n"
	"  0000000100000000-000000017fffffff (prio 0, ram): ram1\n"
	"  0000000180000000-00000001bfffffff (prio 0, nv-ram): /objects/job\n"
	"\n"
	"FlatView #2\n"
	" AS \"other\", root: other\n"
	"  0000000000000000-00000000000bffff (prio 0, ram): ram0\n";

TEST(ranges_of_ram_are_found)
{
	struct mon_range m[MON_RANGES_MAX];

	CHECK_INT(mon_outside_parse(tree, m), 3);
	CHECK_INT(m[0].pa, 0);
	CHECK_INT(m[0].len, 0xc0000);
	CHECK_INT(m[1].pa, 0x100000);
	CHECK_INT(m[1].len, 0xbff00000);
	CHECK_INT(m[2].pa, 0x100000000);
	CHECK_INT(m[2].len, 0x80000000);
}

TEST(other_words_have_no_ram)
{
	struct mon_range m[MON_RANGES_MAX];

	CHECK_INT(mon_outside_parse("", m), 0);
	CHECK_INT(mon_outside_parse("AS \"memory\"", m), 0);
	CHECK_INT(mon_outside_parse("unknown command: 'info mtree'", m), 0);
}

static struct mon_outside of_us(char *memory, size_t len)
{
	struct mon_outside o = { .pid = getpid(), .ranges = 2 };

	o.range[0] = (struct mon_range){ 0x1000, len / 2, (uintptr_t)memory };
	o.range[1] = (struct mon_range){ 0x100000, len / 2,
					 (uintptr_t)memory + len / 2 };
	return o;
}

TEST(pieces_are_read_from_where_they_are)
{
	char memory[] = "abcdefgh", one[3] = "", two[3] = "";
	struct mon_outside o = of_us(memory, 8);
	struct mon_piece p[] = { { 0x1001, 2, one }, { 0x100002, 2, two } };

	CHECK_INT(mon_outside_read(&o, p, 2), 0);
	CHECK(strcmp(one, "bc") == 0 && strcmp(two, "gh") == 0);
}

TEST(more_pieces_than_one_call_takes)
{
	char memory[4] = { 1, 2, 3, 4 };
	struct mon_outside o = of_us(memory, 4);
	static char out[3000];
	static struct mon_piece p[3000];

	for (int i = 0; i < 3000; i++)
		p[i] = (struct mon_piece){ 0x100001, 1, &out[i] };
	CHECK_INT(mon_outside_read(&o, p, 3000), 0);
	CHECK(out[0] == 4 && out[1024] == 4 && out[2999] == 4);
}

TEST(what_is_no_memory_is_not_read)
{
	char memory[] = "abcdefgh", out[8];
	struct mon_outside o = of_us(memory, 8);
	static const struct {
		uint64_t pa;
		uint32_t len;
	} bad[] = { { 0, 1 },	      { 0xfff, 1 },    { 0x1004, 1 },
		    { 0x1003, 2 },    { 0x100004, 1 }, { UINT64_MAX, 1 },
		    { UINT64_MAX, 8 } };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct mon_piece p = { bad[i].pa, bad[i].len, out };

		CHECK_INT(mon_outside_read(&o, &p, 1), -EFAULT);
	}
}

TEST(a_machine_that_has_ended_is_said)
{
	char memory[] = "abcdefgh", out[1];
	struct mon_outside o = of_us(memory, 8);
	struct mon_piece p = { 0x1000, 1, out };
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	CHECK(waitpid(pid, NULL, 0) == pid);
	o.pid = pid;
	CHECK_INT(mon_outside_read(&o, &p, 1), -ESRCH);
}
