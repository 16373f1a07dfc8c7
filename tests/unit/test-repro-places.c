/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a kernel has its clock and its tasks, and what its clock says. */
#include "vmm/repro/places.h"

#include <bpf/btf.h>

#include "tests/unit/t.h"

/* A counter of 1 GHz, of which a cycle is 1 ns. */
static const struct repro_clock plain = {
	.mask = UINT64_MAX,
	.cycle_last = 5000000000,
	.xtime_nsec = UINT64_C(400) << 8,
	.base = 3000000000,
	.mult = 1 << 8,
	.shift = 8,
};

/* Units of the timer, as QEMU counts them. */
static uint32_t timer_at(uint64_t ns)
{
	return (uint32_t)((unsigned __int128)ns * 3579545 / 1000000000) &
	       0xffffff;
}

static void is_about(const struct repro_clock *c, uint64_t cycles,
		     uint64_t want)
{
	uint64_t got = repro_clock_ns(c, timer_at(cycles));

	if (got > want || want - got > 280)
		printf("# %llu, not %llu\n", (unsigned long long)got,
		       (unsigned long long)want);
	CHECK(got <= want && want - got <= 280);
}

TEST(time_goes_on_from_the_kernels_last_look)
{
	is_about(&plain, 5000000000, 3000000400);
	is_about(&plain, 5000001000, 3000001400);
	is_about(&plain, 5004000000, 3004000400);
	/* Not before it, though the timer is rounded down. */
	struct repro_clock c = plain;
	c.cycle_last = 5000000270;
	CHECK(repro_clock_ns(&c, timer_at(5000000270)) == 3000000400);
}

TEST(the_timer_is_short)
{
	/* It overflows each 4.687 s, also between look and stop. */
	struct repro_clock c = plain;

	for (uint64_t last = 0; last < 20; last++) {
		c.cycle_last = last * 937000000 + 13;
		is_about(&c, c.cycle_last + 4100000000, 7100000400);
	}
}

TEST(a_cycle_is_not_always_a_nanosecond)
{
	struct repro_clock c = plain;

	c.mult = 1 << 7;
	c.xtime_nsec = 0;
	is_about(&c, 5000001000, 3000000500);
	is_about(&c, 6000000000, 3500000000);
}

TEST(of_a_real_kernel)
{
	struct repro_places p = { 0 };
	struct why why;
	char path[4096];

	NEEDS_KERNEL();
	snprintf(path, sizeof(path), "%s/vmlinux",
		 getenv("KTSTR_TEST_KERNEL_ENTRY"));
	struct btf *btf = btf__parse(path, NULL);
	CHECK(btf);
	CHECK_INT(repro_places_find(path, btf, &p, &why), 0);
	/* Functions and variables of the image, and of each CPU's part. */
	CHECK(p.load >> 31 == 0x1ffffffff && p.jiffy >> 31 == 0x1ffffffff);
	CHECK(p.timekeeper >> 31 == 0x1ffffffff && p.timekeeper % 8 == 0);
	CHECK(p.current > 0 && p.current < 1 << 20);
	CHECK_INT(p.shift, p.mult + 4);
	CHECK(p.ops_bytes > 33 * 8 && p.ops_bytes < 4096);
	CHECK(p.pid > 0 && p.comm > p.pid);
	btf__free(btf);
}
