/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/turns.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PERIOD_NS 500000

int turns_protect(const cpu_set_t *cpus, struct why *reterr_why)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = PERIOD_NS,
		.exclude_idle = 1,
	};

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, cpus))
			continue;
		if (syscall(SYS_perf_event_open, &attr, /* all tasks */ -1, cpu,
			    /* no group */ -1, PERF_FLAG_FD_CLOEXEC) < 0)
			return why_set(reterr_why, -errno,
				       "cannot set a timer on CPU %d", cpu);
	}
	return 0;
}
