/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader.h - read a running kernel's scheduler: the same inside of the machine
 * and outside. */
#pragma once

#include "vmm/mon/series.h"
#include "vmm/mon/space.h"

/**
 * struct mon_events - whose events are counted
 * @base: where those of CPU 0 would be with an offset of 0; 0: there are none
 * @root, @seq: the scheduler in charge, and how many there were: another one
 *may be at the same place
 */
struct mon_events {
	uint64_t base, root, seq;
};

/**
 * struct mon_reader - a kernel that is read
 * @cpus: one more than the highest number of a CPU
 * @rq:   virtual address of each CPU's struct rq; 0: there is no such CPU
 * @offset: of each CPU's copy of a per-CPU variable
 * @piece, @pieces: what one sample takes, into @raw
 * @count_piece, @count_raw: room for what counters take
 * @direct: @queue has where each CPU's struct rq is (direct.h), and pieces are
 *	 not needed
 * @events, @found: the same of the counters of events, and whose they are
 */
struct mon_reader {
	const struct mon_layout *layout;
	struct mon_space space;
	unsigned int cpus;
	uint64_t *rq, *offset, *raw;
	struct mon_piece *piece, *count_piece;
	uint64_t *count_raw;
	size_t pieces;
	bool direct;
	const char **queue, **events;
	struct mon_events found;
};

/**
 * mon_reader_begin() - find the run queues of a kernel that is up
 * @layout: outlives the reader
 * @cpus: one more than the highest number of a CPU, at most MON_CPUS_MAX
 * @ret:  mon_reader_done() frees it, also after an error
 *
 * Nothing that may change later is kept: the scheduler in charge, domains and
 * programs are looked up whenever they are read. Run queues stay where they
 * are.
 *
 * Return: 0; as mon_space_find(); -ENXIO: a run queue is another CPU's;
 * -ENOMEM.
 */
int mon_reader_begin(struct mon_reader *ret, const struct mon_layout *layout,
		     const struct mon_memory *memory, unsigned int cpus,
		     struct why *reterr_why);
void mon_reader_done(struct mon_reader *r);

/* One sample, to @cpus of @ret, the reader's own task among them. Return: 0 or
 * -errno. */
int mon_reader_sample(struct mon_reader *r, struct mon_cpu *ret);

/**
 * mon_reader_counts() - the counters of now
 * @ret: of all CPUs together; 0 where there is none
 *
 * Those of events are 0 while no scheduler is in charge.
 *
 * Return: 0 or -errno.
 */
int mon_reader_counts(struct mon_reader *r, uint64_t ret[MON_COUNTS]);

/**
 * mon_reader_domains() - scheduling domains, each CPU's from the lowest up
 * @out: struct mon_domain one behind the other are appended
 *
 * Domains are freed under us when CPUs come and go; what cannot be read ends
 * that CPU's list.
 *
 * Return: 0; -ENOTSUP: this kernel has none.
 */
int mon_reader_domains(struct mon_reader *r, struct str *out);

/**
 * mon_reader_programs() - BPF programs that are a scheduler's
 * @out: struct mon_program one behind the other, by number, are appended, the
 *	 first MON_PROGRAMS_MAX
 *
 * Return: 0; -ENOTSUP: this kernel has none.
 */
int mon_reader_programs(struct mon_reader *r, struct str *out);
