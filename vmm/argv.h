/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv.h - QEMU's command line in the making: what argv*.c share. */
#pragma once

#include <stdbool.h>

#include "tools/lib/msg.h"
#include "tools/lib/why.h"

struct machine_config;

/* Words that are added one by one; memory running out is asked for at the end.
 */
struct argv {
	char **words;
	bool failed;
};

void argv_add(struct argv *a, const char *word);
/* At most 511 characters. */
KTSTR_PRINTF(2, 3)
void argv_addf(struct argv *a, const char *fmt, ...);
/* Add @option and a value whose path may hold commas, which QEMU doubles. */
void argv_add_path(struct argv *a, const char *option, const char *prefix,
		   const char *path);

/* 0, or -ENOTSUP with the reason why QEMU cannot build @c->topology. */
int argv_check_topology(const struct machine_config *c, struct why *reterr_why);
/* -cpu, -smp, -m, -object memory-backend and -numa. */
void argv_add_topology(struct argv *a, const struct machine_config *c);
/* The two regions of vmm/wire.h. */
void argv_add_wire(struct argv *a, const struct machine_config *c);
/* How much room they take above the memory, in MiB. */
#define ARGV_WIRE_MIB	1280
#define ARGV_WIRE_SLOTS 2
