/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flag-check.h - what is wrong with the flags of a declaration, together. */
#pragma once

#include "tools/lib/spec/sched.h"

/**
 * flag_check() - complain about flags and what they require
 * @s: all its sections are read
 *
 * A flag that is not declared, or is the flag itself; a ring of requirements,
 * once for each; more than FLAGS_MAX flags.
 *
 * Return: 0 or -ENOMEM.
 */
int flag_check(const struct sched *s, struct diag *d);
