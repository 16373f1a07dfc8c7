/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology.h - machine shapes, "NnNlNcNt" and more. */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/why.h"

#define TOPOLOGY_NODES_MAX 64
#define TOPOLOGY_CPUS_MAX  512

struct topology_detail;

/**
 * struct topology - a machine
 * @nodes:   NUMA nodes, 1 to 64
 * @llcs:    last-level caches in all; a multiple of @nodes without @detail
 * @cores:   cores behind each cache, at most
 * @threads: threads of each core, 1 to 4, at most
 * @detail:  what else was said (topology-detail.h), or NULL: all LLCs and cores
 *	     are alike and LLC i is on node i / (llcs / nodes). Never freed
 *while the program runs, so that a struct topology is copied like a number;
 *	     equal machines have the same @detail.
 *
 * CPUs are numbered thread fastest, then core, then LLC. llcs * cores * threads
 * is at most 512.
 */
struct topology {
	unsigned int nodes, llcs, cores, threads;
	const struct topology_detail *detail;
};

/* Room for any topology as text. */
#define TOPOLOGY_TEXT_SIZE 4096

/* The machine of a scheduler and a test that declare none. */
extern const struct topology topology_default; /* 1n1l2c1t */

/**
 * struct topology_fault - the part of a text that is wrong
 * @at, @len: bytes; @len is at least 1 unless the text is empty
 */
struct topology_fault {
	size_t at, len;
};

/**
 * topology_parse() - read "2n4l4c2t", or "2n2l2c1t memory=1G,2G offline=3"
 * @reterr_at: NULL, or gets the faulty part when the result is -EINVAL
 *
 * The words behind the shape are those of doc/files.md.
 *
 * Return: 0, or -EINVAL and the reason ("3 LLCs cannot be divided among 2
 * nodes", ...) in @reterr_why, or -ENOMEM.
 */
int topology_parse(const char *text, struct topology *ret,
		   struct why *reterr_why);
int topology_parse_at(const char *text, struct topology *ret,
		      struct topology_fault *reterr_at, struct why *reterr_why);

/* One spelling for each machine; topology_parse() reads it. */
void topology_format(const struct topology *t, char ret[TOPOLOGY_TEXT_SIZE]);

/**
 * topology_name() - a machine in a file's name
 *
 * Return: the shape and 8 digits that stand for the words behind it, such as
 * "1n2l4c1t-0d4a1185", as long as @t lives; NULL for a shape alone, which is a
 * name already.
 */
const char *topology_name(const struct topology *t);

/* CPUs that are online while a test runs. */
unsigned int topology_cpus(const struct topology *t);

/* Has any core two threads that are online while a test runs? */
bool topology_has_smt(const struct topology *t);
