/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/limits.h"

#include <errno.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "vmm/boot-limit.h"

#define S UINT64_C(1000000000)

TEST(limits_grow_with_the_test_and_the_machine)
{
	struct limits l = limits_derive(
		&(struct limits_for){ 2500000000, 4, .is_virtual = true });

	CHECK_INT(l.ns[PHASE_BOOT], 34 * S);
	CHECK_INT(l.ns[PHASE_ATTACH], 60 * S);
	CHECK_INT(l.ns[PHASE_RUN], 69 * S);
	CHECK_INT(l.ns[PHASE_SHUTDOWN], 34 * S);
	CHECK_INT(l.host_s, 120 + 22 * 8);

	l = limits_derive(
		&(struct limits_for){ 3600 * S, 252, .is_virtual = true });
	CHECK_INT(l.ns[PHASE_ATTACH], 252 * S);
	CHECK_INT(l.ns[PHASE_RUN], (7200 + 60 + 252) * S);
	CHECK_INT(l.host_s, 120 + 3620 * 256);
}

TEST(a_boot_is_bounded_by_what_its_clock_is_made_of)
{
	struct boot_limit b = boot_limit_derive(38 * S, 8, false);
	const struct boot_limit none = { 0 }, least = { .cpu_s = 1 };

	CHECK_INT(b.wall_s, 38 + BOOT_LIMIT_GRACE_S);
	CHECK_INT(b.cpu_s, 0);
	boot_limit_add_files(&b, 800 << 20);
	CHECK_INT(b.job_cpu_s, 0);
	CHECK(!boot_limit_job_reached(&b, -1e6, getpid()));
	CHECK(!boot_limit_reached(&b, b.wall_s - 1, 1));
	CHECK(boot_limit_reached(&b, b.wall_s, 1));
	b = boot_limit_derive(38 * S, 8, true);
	CHECK_INT(b.wall_s, 0);
	CHECK_INT(b.cpu_s, 110);
	CHECK_INT(b.job_cpu_s, 18);
	boot_limit_add_files(&b, 800 << 20);
	CHECK_INT(b.job_cpu_s, 118);
	/* What was used before does not count. */
	CHECK(!boot_limit_job_reached(&b, boot_limit_cpu_s(getpid()),
				      getpid()));
	CHECK(boot_limit_job_reached(&b, -118, getpid()));
	/* Whatever the host's time, when QEMU has computed little. */
	CHECK(!boot_limit_reached(&b, 1e6, getpid()));
	CHECK(!boot_limit_reached(&none, 1e6, getpid()));
	while (!boot_limit_reached(&least, 0, getpid()))
		continue;
}

TEST(a_test_of_any_duration_has_time_to_end)
{
	/* No test takes longer than its limit, whatever its duration. */
	for (uint64_t ns = 1000000; ns < LIMITS_NS_MAX / 2; ns *= 3) {
		struct limits l =
			limits_derive(&(struct limits_for){ ns, 1, false });

		CHECK(l.ns[PHASE_RUN] > ns);
		CHECK(l.host_s == LIMITS_HOST_MAX_S || l.host_s > ns / S);
	}
}

TEST(a_real_clock_waits_less_for_a_scheduler)
{
	struct limits l = limits_derive(&(struct limits_for){ S, 60, false });

	CHECK_INT(l.ns[PHASE_ATTACH], 10 * S);
	l = limits_derive(&(struct limits_for){ S, 61, false });
	CHECK_INT(l.ns[PHASE_ATTACH], 61 * S);
}

TEST(a_command_may_run_as_long_as_it_likes)
{
	struct limits l = limits_derive(&(struct limits_for){ 0, 4, false });

	CHECK_INT(l.ns[PHASE_RUN], 0);
	CHECK_INT(l.host_s, 600);
}

TEST(nothing_overflows)
{
	struct limits l = limits_derive(
		&(struct limits_for){ LIMITS_NS_MAX, 65535, true });

	CHECK_INT(l.ns[PHASE_RUN], LIMITS_NS_MAX);
	CHECK_INT(l.host_s, LIMITS_HOST_MAX_S);
}

TEST(a_limit_is_a_phase_and_a_time)
{
	static const char *const bad[] = { "run",     "run=",	 "run=5",
					   "run=0",   "run=1us", "run=169h",
					   "run=5s ", "=5s",	 "",
					   "runs=5s", "ru=5s",	 "run = 5s",
					   "run=-1s", "Run=5s",	 "run=5s,boot",
					   NULL };
	struct limits l = { .ns = { 1, 2, 3, 4 } };
	struct why why;

	CHECK_INT(limits_set("run=1.5s", &l, &why), 0);
	CHECK_INT(l.ns[PHASE_RUN], 1500000000);
	CHECK_INT(limits_set("boot=1ms", &l, &why), 0);
	CHECK_INT(l.ns[PHASE_BOOT], 1000000);
	for (const char *const *word = bad; *word; word++)
		CHECK_INT(limits_set(*word, &l, &why), -EINVAL);
	CHECK_INT(limits_set("run=5", &l, &why), -EINVAL);
	CHECK(strcmp(why.text, "'run=5' is no time from 1ms to 168h, such as "
			       "'run=90s'") == 0);
	CHECK_INT(limits_set("rest=5s", &l, &why), -EINVAL);
	CHECK(strcmp(why.text, "'rest=5s' names no phase; they are boot, "
			       "attach, run, shutdown") == 0);
	CHECK_INT(l.ns[PHASE_ATTACH], 2);
	CHECK_INT(l.ns[PHASE_SHUTDOWN], 4);
}
