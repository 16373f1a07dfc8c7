/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/boot-limit.h"

#include <time.h>

#define NS	   1000000000
#define CPU_S	   30
#define CPU_EACH_S 10

struct boot_limit boot_limit_derive(uint64_t boot_ns, unsigned int cpus,
				    bool is_virtual)
{
	if (is_virtual)
		return (struct boot_limit){ .cpu_s =
						    CPU_S + CPU_EACH_S * cpus };
	return (struct boot_limit){ .wall_s = (unsigned int)(boot_ns / NS) +
					      BOOT_LIMIT_GRACE_S };
}

/* 0 when it cannot be told. */
static double cpu_seconds(pid_t pid)
{
	struct timespec used;
	clockid_t id;

	if (clock_getcpuclockid(pid, &id) != 0 || clock_gettime(id, &used) < 0)
		return 0;
	return (double)used.tv_sec + (double)used.tv_nsec / NS;
}

bool boot_limit_reached(const struct boot_limit *b, double wall_s, pid_t qemu)
{
	return (b->wall_s && wall_s >= b->wall_s) ||
	       (b->cpu_s && cpu_seconds(qemu) >= b->cpu_s);
}
