/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * series.h - samples of a kernel's run queues, as bytes in the order of time.
 *
 * Written by both readers, so the same code judges both. Each record is a
 * struct mon_head and what it says is behind it; a stream that a guest sends is
 * believed only as far as its lengths are right. Numbers are little-endian.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"
#include "vmm/mon/layout.h"

/* What a series may have in bytes; who writes one takes a longer period. */
#define MON_SERIES_MAX (12U << 20)
#define MON_CPUS_MAX   512
/* A CPU's domains, and a machine's programs: a scheduler has up to 40. */
#define MON_DOMAINS_MAX	 16
#define MON_PROGRAMS_MAX 512

enum mon_record {
	MON_SAMPLE = 1, /* struct mon_cpu of each CPU */
	MON_COUNTS_OF, /* MON_COUNTS numbers of 8 bytes, of all CPUs together */
	MON_DOMAINS,   /* struct mon_domain, each CPU from its lowest up */
	MON_PROGRAMS,  /* struct mon_program */
	MON_VCPUS,     /* struct mon_vcpu of each CPU, from outside alone */
};

/**
 * struct mon_head - what stands before each record
 * @cpus: how many the series has
 * @own:  the CPU that the reader itself ran on, of a sample; -1: on none
 * @len:  bytes behind the head
 * @at_ns: of CLOCK_MONOTONIC, where the reader is: of the guest or of the host
 */
struct mon_head {
	uint16_t kind, cpus;
	int32_t own;
	uint64_t len, at_ns;
};

enum mon_cpu_state {
	MON_CPU_IS = 1,	     /* the machine has it */
	MON_CPU_ONLINE = 2,  /* the scheduler uses it */
	MON_CPU_NO_SCX = 4,  /* the kernel has no sched_ext */
	MON_CPU_FOREIGN = 8, /* what was read says it is another CPU's */
};

/**
 * struct mon_cpu - one run queue
 * @nr_running: tasks that run or wait, of all classes, the reader left out
 * @scx_nr_running: those of sched_ext
 * @dsq_nr: tasks in the CPU's local queue of sched_ext
 * @state: of enum mon_cpu_state
 * @flags: of struct scx_rq, as the kernel has them
 * @clock: of the run queue, ns
 * @ran_us: from outside: time that the host gave this CPU, from 1, the low 32
 *	 bits; 0: not known
 *
 * Counts above 65535 are 65535.
 */
struct mon_cpu {
	uint16_t nr_running, scx_nr_running, dsq_nr, state;
	uint32_t flags, ran_us;
	uint64_t clock;
};

/* Counters of one domain of one CPU: field MON_DOMAIN_FIRST + i in @value[i];
 * one of 8 bytes has its halves there, one that counts by kinds of idleness has
 * its three. */
struct mon_domain {
	uint32_t cpu, level, flags, span;
	char name[16];
	uint32_t value[MON_DOMAIN_FIELDS][3];
};

/* A BPF program of the kernel's: @runs and @ns since it was loaded, of all
 * CPUs; 0 unless the kernel was told to count them. */
struct mon_program {
	uint32_t id, type, insns, reserved;
	char name[16];
	uint64_t runs, ns;
};

/* The type of programs of schedulers: BPF_PROG_TYPE_STRUCT_OPS. */
#define MON_STRUCT_OPS 27

/* What the host gave a CPU since the first sample, and how long that CPU waited
 * for it. */
struct mon_vcpu {
	uint64_t run_ns, wait_ns;
};

/* One sample, in the memory of its series. */
struct mon_sample {
	uint64_t at_ns;
	int own;
	const struct mon_cpu *cpu;
};

/* The same of counters: field MON_CPU_FIELDS + i is count[i]. */
struct mon_counts {
	uint64_t at_ns;
	const uint64_t *count;
};

/* The host's part of the sample of the same time. */
struct mon_vcpus {
	uint64_t at_ns;
	const struct mon_vcpu *vcpu;
};

/**
 * struct mon_series - a stream, taken apart
 * @cpus: of each sample; 0: there is none
 * @first_domain, @last_domain, @first_program, @last_program: of the first and
 *	the last such record, with how many there are
 *
 * All but the two lists points into the stream, which the caller keeps.
 */
struct mon_series {
	unsigned int cpus;
	struct mon_sample *sample;
	size_t samples;
	struct mon_counts *counts;
	size_t counts_count;
	struct mon_vcpus *vcpus;
	size_t vcpus_count;
	const struct mon_domain *first_domain, *last_domain;
	size_t first_domains, last_domains;
	const struct mon_program *first_program, *last_program;
	size_t first_programs, last_programs;
};

/**
 * mon_series_read() - take a stream apart
 * @data: aligned to 8 bytes, as malloc(3) does
 * @ret:  always fit for mon_series_done()
 *
 * Return: 0; -EBADMSG with the record that is wrong or cut, what came before it
 * is in @ret; -ENOMEM.
 */
int mon_series_read(const void *data, size_t len, struct mon_series *ret,
		    struct why *reterr_why);
void mon_series_done(struct mon_series *s);
