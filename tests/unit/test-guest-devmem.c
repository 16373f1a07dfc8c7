/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's own memory: a file is it here. */
#include <errno.h>
#include <sys/mman.h>

#include "tests/unit/t.h"
#include "vmm/guest/devmem.h"

#define MEMORY 0x24000
/* The last range is no whole piece of DEVMEM_PIECE. */
static const char iomem[] = "00000000-0000ffff : System RAM\n"
			    "00010000-0001ffff : Video RAM area\n"
			    "  00011000-00011fff : System RAM\n"
			    "00020000-00023fff : System RAM\n";

/* Byte n of each page of it is n. */
static void begin(struct devmem *d)
{
	int fd = memfd_create("memory", MFD_CLOEXEC);
	unsigned char page[4096];

	for (size_t i = 0; i < sizeof(page); i++)
		page[i] = (unsigned char)i;
	for (int at = 0; at < MEMORY; at += 4096)
		CHECK_INT(write(fd, page, sizeof(page)), 4096);
	CHECK_INT(devmem_begin(d, fd, iomem), 0);
	CHECK_INT(d->ranges, 2);
}

static void end(struct devmem *d)
{
	close(d->fd);
	devmem_end(d);
}

TEST(what_is_no_ram_is_not_looked_at)
{
	static const struct {
		uint64_t pa, len;
	} bad[] = { { 0x10000, 1 },    { 0xffff, 2 },
		    { 0x11000, 8 },    { 0x1ffff, 1 },
		    { 0x23fff, 2 },    { 0x24000, 1 },
		    { 0x20000, 0 },    { UINT64_MAX, 1 },
		    { UINT64_MAX, 8 }, { 0x20000, UINT32_MAX } };
	struct devmem d;
	char to[8];

	begin(&d);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct mon_piece p = { bad[i].pa, (uint32_t)bad[i].len, to };

		CHECK_INT(devmem_read(&d, &p, 1), -EFAULT);
		CHECK(!devmem_at(&d, bad[i].pa, bad[i].len));
	}
	end(&d);
	CHECK_INT(devmem_begin(&d, -1, "00000000-0000ffff : Reserved\n"),
		  -ENOTSUP);
}

TEST(the_end_of_ram_is_read)
{
	static const uint64_t at[] = { 0x20, 0xfff8, 0x20010, 0x23ff8 };
	struct devmem d;

	begin(&d);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		unsigned char to[8] = { 0 };
		struct mon_piece p = { at[i], 8, to };
		const unsigned char *seen = devmem_at(&d, at[i], 8);

		CHECK_INT(devmem_read(&d, &p, 1), 0);
		for (unsigned int n = 0; n < 8; n++)
			CHECK_INT(to[n], (at[i] + n) & 0xff);
		CHECK(seen && memcmp(seen, to, 8) == 0);
	}
	end(&d);
}

/* Undefined behaviour it was, so a sanitizer alone saw it. */
TEST(a_number_goes_where_less_is_aligned)
{
	_Alignas(8) unsigned char to[24] = { 0 };
	struct devmem d;

	begin(&d);
	for (uint32_t len = 4; len <= 8; len += 4) {
		for (size_t off = 0; off < 8; off++) {
			struct mon_piece p = { 0x20, len, to + off };

			memset(to, 0, sizeof(to));
			CHECK_INT(devmem_read(&d, &p, 1), 0);
			for (uint32_t n = 0; n < len; n++)
				CHECK_INT(to[off + n], 0x20 + n);
			CHECK(off == 0 || to[off - 1] == 0);
			CHECK_INT(to[off + len], 0);
		}
	}
	end(&d);
}
