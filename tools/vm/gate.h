/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gate.h - find what QEMU is started with under the virtual clock. */
#pragma once

#include "vmm/machine.h"

/* ktstr-gate.so, open for reading; -1 when there is none. */
int gate_find(void);

/**
 * gate_open() - set gate_fd of a machine under the virtual clock
 *
 * ktstr-gate.so beside this program, else in ../libexec/ktstr. When there is
 * none, that is said, and the machine runs without.
 */
void gate_open(struct machine_config *c);

/* Say that QEMU has not loaded the gate it was given, if so. */
void gate_check(const struct machine_config *c, const struct machine_result *r);
