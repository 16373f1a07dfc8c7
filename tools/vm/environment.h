/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * environment.h - settings that ktstr-vm takes from its environment.
 *
 * A variable that is empty counts as one that is not set. A wrong value is said
 * with the variable's name, EX_USAGE, before anything starts.
 */
#pragma once

#include <stdint.h>

/* Look at all of them; dies of a wrong one. */
void environment_check(void);

/* KTSTR_CPUS: CPUs that QEMU may run on, in list format; NULL: all of ours. */
const char *environment_cpus(void);

/* KTSTR_TEMPLATES_MAX: bytes that all templates may take, 4 GiB by default. */
uint64_t environment_templates_max(void);

/* A variable's value, or NULL when it is empty or not set. */
const char *environment_text(const char *name);
