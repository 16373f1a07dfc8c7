/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv.h - QEMU's command line in the making: what argv*.c share. */
#pragma once

#include <stdbool.h>

#include "tools/lib/msg.h"
#include "tools/lib/str.h"
#include "tools/lib/why.h"

struct machine_config;
struct topology;

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

/* -machine: by the number of CPUs, with what the topology needs of it. */
void argv_add_machine(struct argv *a, const struct machine_config *c);
/* -cpu, -smp, -m, -object memory-backend, -numa, and -device of CPUs. */
void argv_add_topology(struct argv *a, const struct machine_config *c);
/* The two regions of vmm/wire.h, and the room they take above the memory. */
void argv_add_wire(struct argv *a, const struct machine_config *c);
#define ARGV_WIRE_MIB	1280
#define ARGV_WIRE_SLOTS 2
/* Performance mode: words of its own, behind -cpu, and behind a RAM backend. */
void argv_add_perf(struct argv *a, const struct machine_config *c);
const char *argv_perf_cpu(const struct machine_config *c);
void argv_perf_ram(struct str *out, const struct machine_config *c,
		   unsigned int i);
/* What kernel and init must be told of the CPUs. */
void argv_add_cpu_words(struct str *line, const struct machine_config *c);
/* Of all positions of the shape; gaps are where a level is no power of two. */
unsigned int argv_highest_apic_id(const struct topology *t);
