/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/feeder.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tools/lib/file.h"
#include "vmm/console.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/ports.h"
#include "vmm/limits.h"

#define PERIOD_NS (500 * NS_PER_MS)

#define ROUND_VISITS (FEEDER_ROUND_NS / PERIOD_NS)

/* Level 0: the console gets it, whatever its level. */
static void tell_late(const struct feeder_page *page)
{
	char text[160];

	snprintf(text, sizeof(text),
		 "<0>" CONSOLE_LATE "%s did not finish within %.1f s of the "
		 "guest's time, and init hangs in it\n",
		 phase_name((enum phase)atomic_load(&page->phase)),
		 (double)atomic_load(&page->limit_ns) / NS_PER_SEC);
	(void)file_write_at(AT_FDCWD, "/dev/kmsg", text);
}

/* Is init alive and in time? */
static bool is_well(const struct feeder_page *page)
{
	static bool told;
	uint64_t now = clock_now_ns(), late_at = atomic_load(&page->late_at);

	if (late_at && now >= late_at + FEEDER_GRACE_NS) {
		if (!told)
			tell_late(page);
		told = true;
		return false;
	}
	return now < atomic_load(&page->heartbeat) + FEEDER_PATIENCE_NS;
}

/*
 * Go to the next CPUs. Where one is dead we never come back from it, and the
 * device bites. One that is off line does not take us.
 */
static void visit(unsigned int cpus, unsigned int *next)
{
	unsigned int visits = cpus / ROUND_VISITS + 1;
	cpu_set_t set;

	for (unsigned int i = 0; i < visits && i < cpus; i++) {
		CPU_ZERO(&set);
		CPU_SET(*next, &set);
		(void)sched_setaffinity(0, sizeof(set), &set);
		*next = (*next + 1) % cpus;
	}
}

static noreturn void feed(unsigned int cpus, unsigned int patience_s,
			  const struct feeder_page *page)
{
	uint64_t next = clock_now_ns();
	unsigned int next_cpu = 0;

	prctl(PR_SET_NAME, "ktstr-feeder");
	/* Without us the machine would be taken for one that hangs. */
	(void)file_write_at(AT_FDCWD, "/proc/self/oom_score_adj", "-1000");
	for (;;) {
		struct timespec until;

		if (is_well(page))
			ports_watchdog_feed(patience_s);
		visit(cpus, &next_cpu);
		next += PERIOD_NS;
		until = clock_timespec(next);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	}
}

int feeder_start(unsigned int cpus, unsigned int patience_s, pid_t *ret_pid,
		 struct feeder_page **ret, struct why *reterr_why)
{
	struct sched_param top = { .sched_priority = 99 };
	struct feeder_page *page =
		mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	pid_t pid;

	if (page == MAP_FAILED)
		return why_set(reterr_why, -errno, "cannot map a page");
	atomic_store(&page->heartbeat, clock_now_ns());
	pid = fork();
	if (pid < 0)
		return why_set(reterr_why, -errno, "cannot fork");
	if (pid == 0)
		feed(cpus < CPU_SETSIZE ? cpus : CPU_SETSIZE, patience_s, page);
	if (sched_setscheduler(pid, SCHED_FIFO, &top) < 0) {
		int saved = errno;

		kill(pid, SIGKILL);
		return why_set(reterr_why, -saved,
			       "cannot make the watchdog's feeder real-time");
	}
	*ret_pid = pid;
	*ret = page;
	return 0;
}
