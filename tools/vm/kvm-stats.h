/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kvm-stats.h - what KVM counted of a machine while its workers ran.
 *
 * QEMU (from 7.1 on) reads KVM's binary statistics and tells them, its command
 * query-stats. It is asked twice, under the real clock alone: a CPU of the
 * guest is stopped for a moment each time.
 *
 * Sources: QEMU qapi/stats.json; Linux Documentation/virt/kvm/api.rst 4.133.
 */
#pragma once

#include "vmm/facts.h"
#include "vmm/machine.h"

/**
 * struct kvm_stats - of one machine
 * @facts:  tells when the workers start and stop
 * @kinds:  what each statistic is, as QEMU says it
 * @before, @after: both answers; NULL as long as it was not asked
 * @asked:  how often
 * @why:    why there is nothing
 */
struct kvm_stats {
	const struct facts *facts;
	json_t *kinds, *before, *after;
	unsigned int asked;
	struct why why;
};

/* Watch machine @c, of whose guest @f will tell, if KVM runs it. */
void kvm_stats_begin(struct kvm_stats *s, struct machine_config *c,
		     const struct facts *f);

/**
 * kvm_stats_end() - what came of it
 *
 * Return: NULL: KVM does not run it; else an object with "vm" and "vcpus", of
 * what was counted and is not 0, and "why" they are null. json_decref() it.
 */
json_t *kvm_stats_end(struct kvm_stats *s, struct machine_config *c);

/**
 * kvm_stats_sum() - from two answers to what happened in between
 * @kinds: of query-stats-schemas
 * @before, @after: {"vm": answer, "vcpu": answer} of query-stats
 *
 * What is cumulative becomes its increase; of anything else the last value
 * counts. Lists (histograms) are left out, and so is 0.
 *
 * Return: {"vm": {NAME: number}, "vcpus": [{NAME: number}]}
 */
json_t *kvm_stats_sum(const json_t *kinds, const json_t *before,
		      const json_t *after);
