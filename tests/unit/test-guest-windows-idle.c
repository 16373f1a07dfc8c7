/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long CPUs were idle, counted by the kernel or not. */
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/windows-idle.h"

#define STAT(zero, two)                                                        \
	"cpu  1 2 3 4 5 6\ncpu0 " zero " 0 0\ncpu2 " two                       \
	" 0 0 7\ncpu9 1 2 3 4 5\nintr 5 6 7 8 9 1\n"

/* What /proc/timer_list tells of a CPU, the lines that count and some others.
 */
#define TIMERS(cpu, stopped, entry_ms, exit_ms)                                \
	"cpu: " #cpu "\n clock 0:\n  .base:       ffff888007c1e0c0\n"          \
	"  .nohz           : 1\n  .last_tick      : 5 nsecs\n"                 \
	"  .tick_stopped   : " #stopped "\n  .idle_calls     : 33\n"           \
	"  .idle_entrytime : " #entry_ms "000000 nsecs\n"                      \
	"  .idle_waketime  : 1 nsecs\n"                                        \
	"  .idle_exittime  : " #exit_ms "000000 nsecs\n"                       \
	"  .idle_sleeptime : 7 nsecs\njiffies: 4294740000\n\n"
#define HEAD  "Timer List Version: v0.10\nHRTIMER_MAX_CLOCK_BASES: 8\n"
#define TAIL  "Tick Device: mode:     1\nPer CPU device: 0\n"
#define AT(n) ((n)*NS_PER_MS)

TEST(times_are_read_by_the_number_of_the_cpu)
{
	struct idle_times t;

	CHECK_INT(idle_times_prepare(&t, 4), 0);
	CHECK(!idle_times_see_stat(&t, STAT("1 2 3 40 2 4", "1 2 3 60 0 5"),
				   AT(1000)));
	CHECK_INT(t.cpu[0].idle, 42);
	CHECK_INT(t.cpu[0].all, 52);
	CHECK(t.cpu[0].online && !t.cpu[1].online && t.cpu[2].online);
	CHECK_INT(t.cpu[2].idle, 60);
	CHECK_INT(t.cpu[2].all, 71);
	(void)idle_times_see_stat(&t, "cpu0 1\ncpux\ncpu", AT(1001));
	CHECK_INT(t.cpu[0].all, 1);
	idle_times_free(&t);
}

static uint64_t tick(void)
{
	return NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* Two reads, 100 ms apart, and then what the loops tell. */
static uint64_t uncounted(const char *second, const char *timers)
{
	struct idle_times t;
	uint64_t ns;

	CHECK_INT(idle_times_prepare(&t, 4), 0);
	(void)idle_times_see_stat(&t, STAT("1 2 3 40 2 4", "1 2 3 60 0 5"),
				  AT(1000));
	if (idle_times_see_stat(&t, second, AT(1100)))
		idle_times_see_loops(&t, timers, AT(1000), AT(1100));
	CHECK_INT(t.cpu[0].uncounted_ns, 0);
	ns = t.cpu[2].uncounted_ns;
	idle_times_free(&t);
	return ns;
}

TEST(who_is_in_the_idle_loop_and_not_counted_is_idle)
{
	const char *still = STAT("1 2 3 40 2 14", "1 2 3 60 0 5");

	CHECK_INT(uncounted(still, HEAD TIMERS(0, 1, 900, 800)
					   TIMERS(2, 1, 900, 800) TAIL),
		  AT(100) - tick());
	/* What was counted of it is not counted again. */
	CHECK_INT(uncounted(STAT("1 2 3 40 2 14", "1 2 3 61 0 5"),
			    HEAD TIMERS(2, 1, 900, 800) TAIL),
		  AT(100) - 2 * tick());
}

TEST(a_stay_that_began_or_ended_in_between_counts_as_long_as_it_was)
{
	const char *still = STAT("1 2 3 40 2 14", "1 2 3 60 0 5");

	CHECK_INT(uncounted(still, HEAD TIMERS(2, 1, 1010, 1009) TAIL),
		  AT(90) - tick());
	CHECK_INT(uncounted(still, HEAD TIMERS(2, 0, 900, 1099) TAIL),
		  AT(99) - tick());
	CHECK_INT(uncounted(still, HEAD TIMERS(2, 0, 1010, 1099) TAIL),
		  AT(89) - tick());
	/* The text is younger than the time before it. */
	CHECK_INT(uncounted(still, HEAD TIMERS(2, 0, 1010, 1101) TAIL),
		  AT(90) - tick());
	CHECK_INT(uncounted(still, HEAD TIMERS(2, 1, 1101, 1010) TAIL), 0);
}

TEST(who_was_not_in_the_loop_is_not_idle)
{
	const char *still = STAT("1 2 3 40 2 14", "1 2 3 60 0 5");

	/* Its tick goes on, and it did not leave the loop. */
	CHECK_INT(uncounted(still, HEAD TIMERS(2, 0, 900, 800) TAIL), 0);
	CHECK_INT(uncounted(still, HEAD TIMERS(2, 0, 1090, 1089) TAIL), 0);
	/* It left it before. */
	CHECK_INT(uncounted(still, HEAD TIMERS(2, 0, 900, 999) TAIL), 0);
	/* Another CPU's lines; a kernel without them. */
	CHECK_INT(uncounted(still, HEAD TIMERS(1, 1, 900, 800) "cpu: 2\n" TAIL),
		  0);
	CHECK_INT(uncounted(still, HEAD TIMERS(0, 1, 900, 800)
					   TIMERS(9, 1, 900, 800) TAIL),
		  0);
	CHECK_INT(uncounted(still, ""), 0);
	/* It was counted. */
	CHECK_INT(uncounted(STAT("1 2 3 40 2 14", "1 2 3 66 0 5"),
			    HEAD TIMERS(2, 1, 900, 800) TAIL),
		  0);
	CHECK_INT(uncounted(STAT("1 2 3 40 2 14", "9 2 3 60 0 5"),
			    HEAD TIMERS(2, 1, 900, 800) TAIL),
		  0);
}

TEST(two_reads_within_a_tick_leave_nobody_uncertain)
{
	const char *text = STAT("1 2 3 40 2 4", "1 2 3 60 0 5");
	struct idle_times t;

	CHECK_INT(idle_times_prepare(&t, 4), 0);
	CHECK(!idle_times_see_stat(&t, text, AT(1000)));
	CHECK(!idle_times_see_stat(&t, text, AT(1009)));
	CHECK(idle_times_see_stat(&t, text, AT(1060)));
	idle_times_free(&t);
}

TEST(the_kernel_of_this_machine_has_both_files)
{
	uint64_t idle[2] = { 0 };
	struct idle_times t;

	CHECK_INT(idle_times_prepare(&t, 1), 0);
	CHECK(idle_times_read(&t, idle));
	CHECK(t.cpu[0].online && t.cpu[0].all > 0);
	CHECK_INT(idle[0], t.cpu[0].idle);
	idle_times_free(&t);
}
