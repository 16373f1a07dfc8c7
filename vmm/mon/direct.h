/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * direct.h - run queues that can be looked at where they are.
 *
 * Inside of the machine a sample is on the guest's time, of which wide machines
 * have little for each CPU. So what can be found beforehand is: a field is one
 * load. Where that cannot be, reader.c fetches pieces.
 */
#pragma once

#include "vmm/mon/reader.h"

/**
 * mon_direct_begin() - find the run queues of @r
 *
 * Sets @r->direct if all of them are in reach and their fields have the lengths
 * that kernels give them. Return: 0 or -ENOMEM.
 */
int mon_direct_begin(struct mon_reader *r);

/* One sample, of @r->cpus; @r->direct is true. */
void mon_direct_sample(const struct mon_reader *r, struct mon_cpu *ret);

/* The counters of run queues, added to @ret; @r->direct is true. */
void mon_direct_counts(const struct mon_reader *r, uint64_t ret[MON_COUNTS]);

/**
 * mon_direct_events() - the events of the scheduler in charge, added to @ret
 * @r: where they were found is kept until @key is another
 *
 * Return: true; false: they are not in reach, nothing was added.
 */
bool mon_direct_events(struct mon_reader *r, const struct mon_events *key,
		       uint64_t ret[MON_COUNTS]);
