/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot-limit.h - when the host takes a boot for one that hangs.
 *
 * Until init feeds the watchdog nobody in the guest looks at its clock, and
 * under the virtual clock the host may not. That is the boot, and then the way
 * to the job, of a clone as well.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct boot_limit - what a boot may take at most
 * @wall_s: of the host's time; 0: no limit
 * @cpu_s:  of the CPU time that QEMU uses; 0: no limit
 * @job_cpu_s: the same from where the machine is ready until its job begins
 */
struct boot_limit {
	unsigned int wall_s, cpu_s, job_cpu_s;
};

/* After the limit init has this much to say so itself. */
#define BOOT_LIMIT_GRACE_S 5

/**
 * boot_limit_derive()
 * @boot_ns: how long the boot may take in the guest's time
 * @cpus:    of the machine
 * @is_virtual: the virtual clock
 *
 * Under the real clock that is the host's time. Under the virtual clock it is
 * what QEMU computes, which a busy host does not change: 30 s, and 10 s for
 * each CPU, ten times of what boots were seen to take (doc/turns.md). From
 * there to the job it is 10 s, and 1 s for each CPU.
 */
struct boot_limit boot_limit_derive(uint64_t boot_ns, unsigned int cpus,
				    bool is_virtual);

/* The job's files, which take @bytes, are unpacked on the way to it: 1 s more
 * for 8 MiB, ten times of what that takes. */
void boot_limit_add_files(struct boot_limit *b, uint64_t bytes);

/* Seconds of CPU time that @pid has used; 0 when that cannot be told. */
double boot_limit_cpu_s(pid_t pid);

/* Is it reached by @qemu, which was started @wall_s ago? */
bool boot_limit_reached(const struct boot_limit *b, double wall_s, pid_t qemu);

/* The same for @qemu, which was ready when it had used @cpu_s. */
bool boot_limit_job_reached(const struct boot_limit *b, double cpu_s,
			    pid_t qemu);
