/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perf.h - performance mode: a guest with CPUs and memory of its own.
 *
 * Nothing of it is needed, so what cannot be had is told and left out; only a
 * reservation that does not fit the machine is an error.
 */
#pragma once

#include <jansson.h>

#include "vmm/machine.h"
#include "vmm/noise.h"

#define PERF_NODES_MAX 64

enum perf_feature {
	PERF_PINNING,	/* each of the guest's CPUs on one of the host */
	PERF_SERVICE,	/* all else of QEMU on a CPU of its own */
	PERF_REALTIME,	/* SCHED_FIFO for the guest's CPUs */
	PERF_HUGEPAGES, /* 2 MiB pages, all there from the start */
	PERF_BINDING,	/* memory on the nodes of the CPUs that use it */
	PERF_CPU_PM,	/* KVM: an idle CPU stays in the guest */
	PERF_DEDICATED, /* KVM: the guest knows that its CPUs are its own */
	PERF_FEATURES,
};

/**
 * struct perf - what was found, and what became of it
 * @vcpu_count, @vcpu: the host's CPU for each of the guest
 * @service: the host's CPU for the rest, or -1
 * @nodes:   for each RAM backend the host's nodes it belongs to
 * @ram_fds: @ram_count files in huge pages; ram_fds of machine_config
 * @missing: why a feature cannot be had; "" where it can
 *
 * perf_done() closes the files.
 */
struct perf {
	unsigned int vcpu_count, ram_count;
	int vcpu[NOISE_VCPUS_MAX], service;
	cpu_set_t nodes[PERF_NODES_MAX];
	int ram_fds[PERF_NODES_MAX];
	struct why missing[PERF_FEATURES];
};

/**
 * perf_prepare() - find out what can be had
 * @c:       the machine: topology, memory and accelerator
 * @pinning: KTSTR_PINNING of ktstr-lock(1): CPU numbers with commas between
 * @service: KTSTR_SERVICE_CPU, or NULL
 * @ret:     written on success
 *
 * Return: 0, or with @reterr_why
 * * -EINVAL - not a list of CPUs, not as many as the guest has, one twice, or
 *	       one that we may not run on
 * * -ENOMEM
 */
int perf_prepare(const struct machine_config *c, const char *pinning,
		 const char *service, struct perf *ret, struct why *reterr_why);

/* Take the memory, for @c->perf: huge pages where there are enough, which
 * become
 * @c->ram_fds. The memory of @c must not change any more. */
void perf_take_memory(struct machine_config *c);

/* machine_config.before with a struct perf: put the threads in their places and
 * look whether they are there. Return: 0, or -errno of the monitor. */
int perf_place(void *perf, struct qmp *q, pid_t pid, struct why *reterr_why);

/* Is it to be used? */
static inline bool perf_has(const struct perf *p, enum perf_feature f)
{
	return p->missing[f].text[0] == '\0';
}

/* One line for a person: what is missing, and why. NULL when it is there. */
const char *perf_missing(const struct perf *p, enum perf_feature f);
const char *perf_name(enum perf_feature f);
/* [{"name":..., "used":bool, "why":...}, ...]; json_decref() it. */
json_t *perf_json(const struct perf *p);
void perf_done(struct perf *p);
