/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/boot-limit.h"

#include <time.h>

#define NS	   1000000000
#define CPU_S	   30
#define CPU_EACH_S 10
#define JOB_S	   10
#define JOB_EACH_S 1
#define FILES_UNIT (8 << 20)

struct boot_limit boot_limit_derive(uint64_t boot_ns, unsigned int cpus,
				    bool is_virtual)
{
	if (is_virtual)
		return (struct boot_limit){
			.cpu_s = CPU_S + CPU_EACH_S * cpus,
			.job_cpu_s = JOB_S + JOB_EACH_S * cpus,
		};
	return (struct boot_limit){ .wall_s = (unsigned int)(boot_ns / NS) +
					      BOOT_LIMIT_GRACE_S };
}

void boot_limit_add_files(struct boot_limit *b, uint64_t bytes)
{
	if (b->job_cpu_s)
		b->job_cpu_s += (unsigned int)(bytes / FILES_UNIT);
}

double boot_limit_cpu_s(pid_t pid)
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
	       (b->cpu_s && boot_limit_cpu_s(qemu) >= b->cpu_s);
}

bool boot_limit_job_reached(const struct boot_limit *b, double cpu_s,
			    pid_t qemu)
{
	return b->job_cpu_s &&
	       boot_limit_cpu_s(qemu) - cpu_s >= (double)b->job_cpu_s;
}
