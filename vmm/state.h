/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - the state of a machine's devices, written to and read from a file.
 *
 * QEMU's migration, without the content of RAM that lies in shared files
 * (x-ignore-shared): https://www.qemu.org/docs/master/devel/migration/
 */
#pragma once

#include "vmm/qmp.h"

/* See machine_save() in vmm/machine.h. */
int state_save(struct qmp *q, int fd, unsigned int ms, struct why *reterr_why);

/**
 * state_load() - have a QEMU that was started with "-incoming defer" load one
 * @fd: inherited by QEMU under this very number
 *
 * Afterwards the machine stands still as it did when it was saved, and "cont"
 * lets it go on. QEMU announces nothing to a network: its timers for that run
 * by the host's clock and would disturb a virtual one.
 *
 * Return: as qmp_command(); -EREMOTEIO also for a state that does not fit.
 */
int state_load(struct qmp *q, int fd, unsigned int ms, struct why *reterr_why);
