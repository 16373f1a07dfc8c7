/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each type of work counts. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/crew.h"
#include "vmm/guest/worker-pages.h"

/* As a test's file says it. */
static struct work read_work(const char *text)
{
	struct place at = { "a.test", text, 1, 1, 1 };
	struct diag d = { 0 };
	struct work w;

	CHECK_INT(work_read_text(text, &at, &d, &w), 0);
	if (d.count)
		printf("# %s\n", str_text(&d.out));
	CHECK_INT(d.count, 0);
	diag_done(&d);
	return w;
}

static void reports_are_whole(bool warnings)
{
	for (size_t i = 0; i < crew.count; i++) {
		const struct worker_shared *sh = worker[i].shared;

		CHECK(worker[i].over && worker[i].exit == CREW_OK);
		CHECK(atomic_load(&sh->units) > 0);
		CHECK(atomic_load(&sh->iterations) > 0);
		CHECK(sh->cpu_ns > worker[i].before.cpu_ns);
		CHECK(worker[i].end_ns > sh->start_at_ns);
		CHECK_INT(worker[i].segment_count, 1);
		CHECK(CPU_COUNT(&sh->segments.used[0]) > 0);
		CHECK(warnings || !worker[i].warnings);
	}
}

/* @n workers do it for 60 ms, and are stopped soon; of all, or of the first
 * only, wakes are counted. */
static void works(const char *text, size_t n, bool wakes)
{
	struct work work = read_work(text);
	uint64_t begin;

	spawn(&work, n);
	run_for(60 * NS_PER_MS);
	begin = clock_now_ns();
	reports_are_whole(false);
	CHECK(clock_now_ns() - begin < NS_PER_SEC);
	if (wakes)
		CHECK(worker[n - 1].shared->wakes.count > 0);
	else
		CHECK_INT(worker[n - 1].shared->wakes.count, 0);
	free_all();
	work_done(&work);
}

#define WORKS(name, text, n, wakes)                                            \
	TEST(name##_works)                                                     \
	{                                                                      \
		works(text, n, wakes);                                         \
	}

WORKS(cpu_spin, "cpu-spin", 2, false)
WORKS(yield_heavy, "yield-heavy", 2, false)
WORKS(mixed, "mixed", 2, false)
WORKS(io_sync, "io-sync", 2, true)
WORKS(bursty, "bursty burst=1ms sleep=2ms", 2, true)
WORKS(pipe_io, "pipe-io spin=100", 4, true)
WORKS(futex_ping_pong, "futex-ping-pong spin=100", 4, true)
WORKS(cache_pressure, "cache-pressure size=64K stride=100", 2, false)
WORKS(cache_yield, "cache-yield", 2, true)
WORKS(cache_pipe, "cache-pipe spin=100", 4, true)
WORKS(futex_fan_out, "futex-fan-out fan=3", 8, true)
WORKS(sequence, "sequence phases=spin:1ms,sleep:1ms,yield:1ms,io:1ms", 2, true)
WORKS(fork_exit, "fork-exit", 2, true)
WORKS(affinity_churn, "affinity-churn", 2, true)
WORKS(fan_out_compute, "fan-out-compute fan=1 size=4K ops=1", 2, true)
WORKS(page_fault_churn, "page-fault-churn size=64K", 2, false)
WORKS(mutex_contention, "mutex-contention contenders=4 hold=100000 spin=1", 4,
      true)
