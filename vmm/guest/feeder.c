/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/feeder.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdnoreturn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tools/lib/file.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/ports.h"

#define PERIOD_NS (500 * NS_PER_MS)

static noreturn void feed(const _Atomic uint64_t *heartbeat)
{
	uint64_t next = clock_now_ns();

	prctl(PR_SET_NAME, "ktstr-feeder");
	/* Without us the machine would be taken for one that hangs. */
	(void)file_write_at(AT_FDCWD, "/proc/self/oom_score_adj", "-1000");
	for (;;) {
		struct timespec until;

		if (clock_now_ns() <
		    atomic_load(heartbeat) + FEEDER_PATIENCE_NS)
			ports_watchdog_feed();
		next += PERIOD_NS;
		until = clock_timespec(next);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	}
}

int feeder_start(pid_t *ret_pid, _Atomic uint64_t **ret_heartbeat,
		 struct why *reterr_why)
{
	struct sched_param top = { .sched_priority = 99 };
	_Atomic uint64_t *heartbeat =
		mmap(NULL, sizeof(*heartbeat), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	pid_t pid;

	if (heartbeat == MAP_FAILED)
		return why_set(reterr_why, -errno, "cannot map a page");
	atomic_store(heartbeat, clock_now_ns());
	pid = fork();
	if (pid < 0)
		return why_set(reterr_why, -errno, "cannot fork");
	if (pid == 0)
		feed(heartbeat);
	if (sched_setscheduler(pid, SCHED_FIFO, &top) < 0) {
		int saved = errno;

		kill(pid, SIGKILL);
		return why_set(reterr_why, -saved,
			       "cannot make the watchdog's feeder real-time");
	}
	*ret_pid = pid;
	*ret_heartbeat = heartbeat;
	return 0;
}
