/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot-limit.h - when the host takes a boot for one that hangs.
 *
 * Until init runs nobody in the guest looks at its clock, and under the virtual
 * clock the host may not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct boot_limit - what a boot may take at most
 * @wall_s: of the host's time; 0: no limit
 * @cpu_s:  of the CPU time that QEMU uses; 0: no limit
 */
struct boot_limit {
	unsigned int wall_s, cpu_s;
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
 * each CPU, ten times of what boots were seen to take (doc/turns.md).
 */
struct boot_limit boot_limit_derive(uint64_t boot_ns, unsigned int cpus,
				    bool is_virtual);

/* Is it reached by @qemu, which was started @wall_s ago? */
bool boot_limit_reached(const struct boot_limit *b, double wall_s, pid_t qemu);
