/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpulist.h - the kernel's list format for CPUs and nodes, such as "0-3,8". */
#pragma once

#include <sched.h>
#include <stddef.h>

#include "tools/lib/str.h"

/**
 * cpulist_parse() - read a list of CPUs
 * @s:        list format, one trailing newline allowed; "" is the empty set
 * @ret:      the set; written only on success
 * @reterr_at: byte offset in @s of the first bad character; only on -EINVAL
 *
 * Grammar: item { "," item }, item = cpu [ "-" cpu ]. Ranges go up; an item may
 * repeat. CPUs are 0 to CPU_SETSIZE - 1.
 *
 * Return: 0, or
 * * -EINVAL - not a list
 * * -ERANGE - a CPU is CPU_SETSIZE or more
 *
 * Source: Linux Documentation/admin-guide/kernel-parameters.rst, "cpu lists".
 */
int cpulist_parse(const char *s, cpu_set_t *ret, size_t *reterr_at);

/**
 * cpulist_format() - append a set in list format, ranges joined
 * @set: what to write; the empty set adds nothing
 */
void cpulist_format(struct str *out, const cpu_set_t *set);

/* The lowest member of @set, or -1 when it is empty. */
int cpulist_first(const cpu_set_t *set);
