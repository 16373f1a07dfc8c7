/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attest-parts.h - what the files of attest share; private. */
#pragma once

#include <jansson.h>

#include "tools/lib/spec/topology-detail.h"

/* Room for the longest list of CPUs. */
#define CPUS_TEXT_SIZE 4096

/**
 * struct attesting - a declaration and what the guest says about it
 * @frame: of the guest
 * @map:   of @t
 */
struct attesting {
	const json_t *frame;
	const struct topology *t;
	struct topology_map map;
	unsigned int memory_mib;
	struct why *why;
};

/* How a CPU's place is told: the number of its core, LLC ... */
typedef unsigned int (*place_number)(const struct topology_place *p);

unsigned int number_of_core(const struct topology_place *p);
unsigned int number_of_llc(const struct topology_place *p);
unsigned int number_of_package(const struct topology_place *p);
unsigned int number_of_node(const struct topology_place *p);

/* The online CPUs of number @i. */
void attest_set(const struct attesting *a, place_number number, unsigned int i,
		cpu_set_t *ret);
void attest_text(const cpu_set_t *set, char ret[CPUS_TEXT_SIZE]);

/* Each: 0, or -EINVAL with the difference. */
int attest_nodes(const struct attesting *a);
int attest_caches(const struct attesting *a);
int attest_domains(const struct attesting *a);

/* Memory of node @n in MiB, as the machine was started with. */
unsigned int attest_node_mib(const struct attesting *a, unsigned int n);
