/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ask.h - refuse machines that QEMU cannot build, before anything is started.
 */
#pragma once

#include "vmm/machine.h"

/**
 * ask_topology() - ends with EX_SKIP and the reason when QEMU cannot build it
 *
 * Small machines without anything particular are not asked about. That QEMU
 * can is remembered, for this file that QEMU is; that it cannot may have its
 * cause in the host (memory, the kernel's KVM), so it is asked again.
 */
void ask_topology(const struct machine_config *c);
