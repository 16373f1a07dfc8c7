/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ask.h - can this QEMU build such a machine? It is asked. */
#pragma once

#include "vmm/machine.h"

/**
 * machine_ask() - have QEMU build the CPUs, nodes and memory of a machine
 * @c: its files are not used
 *
 * QEMU is started with nothing else, answers that it is there before the first
 * instruction, and is ended: some 50 ms.
 *
 * Return: 0; -ENOTSUP with QEMU's reason; -ENOENT when it is not installed;
 * -errno.
 */
int machine_ask(const struct machine_config *c, struct why *reterr_why);

/* The same, and does it load the gate that @c has? Return: as machine_ask(). */
int machine_ask_gate(const struct machine_config *c, bool *ret,
		     struct why *reterr_why);

/* What the answer depends on, beside QEMU: the words for CPUs, nodes, memory.
 * Return: the text, the caller frees it; NULL without memory. */
char *machine_question(const struct machine_config *c);
