/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology-read.h - shared by the readers of a topology's words; private. */
#pragma once

#include "tools/lib/spec/topology-detail.h"

/* The longest item of a list: a list of CPUs may be long. */
#define ITEM_SIZE 4096

/**
 * struct topology_reading - a topology on its way
 * @value: of the key that is being read, up to a blank or the end
 * @cpus:  how many there are, once the cores and threads are known
 */
struct topology_reading {
	const char *text, *value;
	const struct topology *t;
	struct topology_detail *d;
	unsigned int cpus, cores;
	struct topology_fault at;
	struct why *why;
};

/**
 * struct item_list - items of a value, one by one
 * @next: what is not taken yet, NULL at the end
 */
struct item_list {
	struct topology_reading *r;
	const char *next;
	char item[ITEM_SIZE];
};

void items_begin(struct item_list *l, struct topology_reading *r);
/* Take the item up to @separator, and make it the place of complaints. Return:
 * false at the end. */
bool items_next(struct item_list *l, char separator);

/* 0, or -EINVAL and a complaint, when the value has not @count items. */
int check_items(struct topology_reading *r, char separator, unsigned int count,
		const char *key, const char *what);
/* Complain about the current item. Return: -EINVAL. */
KTSTR_PRINTF(2, 3)
int complain(struct topology_reading *r, const char *fmt, ...);

/* The readers: 0, -EINVAL after complain(), -ENOMEM. */
int read_packages(struct topology_reading *r);
int read_cores(struct topology_reading *r);
int read_threads(struct topology_reading *r);
int read_node_cpus(struct topology_reading *r);
int read_offline(struct topology_reading *r);
int read_memory(struct topology_reading *r);
int read_distances(struct topology_reading *r);
int read_latency(struct topology_reading *r);
int read_bandwidth(struct topology_reading *r);
int read_memory_cache(struct topology_reading *r);
int read_numa(struct topology_reading *r);
