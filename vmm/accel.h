/* SPDX-License-Identifier: GPL-2.0-or-later */
/* accel.h - does /dev/kvm of this host really run a guest? */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

#define ACCEL_KVM_DEVICE "/dev/kvm"
/* What the try may take: of the CPU, where a few milliseconds are enough, and
 * of time, on a host so busy that it gets no CPU. */
#define ACCEL_CPU_S  2
#define ACCEL_WALL_S 30

/* May we use it? Return: 0 or -errno of access(2), and @reterr_why. */
int accel_kvm_is_there(const char *device, struct why *reterr_why);

/**
 * accel_kvm_runs() - run a few instructions in long mode
 *
 * A host may offer a /dev/kvm that opens and still cannot run a kernel (a
 * paravirtual kind, a nested one without the hardware's help). So a guest of
 * one CPU is made, put into 64-bit mode with paging, and has to add two numbers
 * and report them through a port.
 *
 * Return: 0 when it works, or with @reterr_why
 * * -ENOEXEC - it does not, and will not before the host boots again
 * * -EAGAIN  - it could not be tried, or is in use by another hypervisor
 */
int accel_kvm_runs(const char *device, struct why *reterr_why);

/* What the wait status of the process that tried it says; as above. */
int accel_answer(int status, const char *device, struct why *reterr_why);

/* Can a CPU of a guest be idle without leaving it (QEMU's cpu-pm)? */
bool accel_kvm_keeps_idle(void);
