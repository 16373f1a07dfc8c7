/* SPDX-License-Identifier: GPL-2.0-or-later */
/* accel.h - does /dev/kvm of this host really run a guest? */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

/**
 * accel_kvm_works() - run a few instructions in long mode
 *
 * A host may offer a /dev/kvm that opens and still cannot run a kernel (a
 * paravirtual kind, a nested one without the hardware's help). So a guest of
 * one CPU is made, put into 64-bit mode with paging, and has to add two numbers
 * and report them through a port. It takes a few milliseconds and never more
 * than 2 s.
 *
 * Return: 0 when it works; -errno and @reterr_why when it does not.
 */
int accel_kvm_works(struct why *reterr_why);

/* Can a CPU of a guest be idle without leaving it (QEMU's cpu-pm)? */
bool accel_kvm_keeps_idle(void);
