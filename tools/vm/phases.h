/* SPDX-License-Identifier: GPL-2.0-or-later */
/* phases.h - how long each phase of a machine took, by both clocks. */
#pragma once

#include <jansson.h>

#include "vmm/facts.h"
#include "vmm/limits.h"
#include "vmm/machine.h"

#define PHASE_FRAMES_MAX 16

/**
 * struct phases - when the host saw the guest begin its phases
 * @begin_s: CLOCK_MONOTONIC when the machine was started
 * @seen_s:  from then on, for each "phase" frame; @seen of them
 */
struct phases {
	double begin_s, seen_s[PHASE_FRAMES_MAX];
	size_t seen;
};

void phases_begin(struct phases *p);

/* Frames have come, perhaps: their time is now. The host looks at them from
 * time to time, so these times are as exact as that. */
void phases_note(struct phases *p, const struct facts *f);

/**
 * phases_guest() - {"firmware_ns", "kernel_ns", "init_ns", "load_ns",
 *		    "attach_ns", "run_ns", "shutdown_ns"}
 *
 * Of the guest's time; null for what it did not come to. load is what lies
 * between the boot and the first phase of the job. json_decref() it.
 */
json_t *phases_guest(const struct facts *f);

/**
 * phases_host() - {"start", "qemu_s", "ready_s", "load_s", "attach_s", "run_s",
 *		   "shutdown_s", "job_s"}
 * @t, @seconds: of the machine_result
 *
 * qemu_s and ready_s are from the start on, job_s is all behind ready_s.
 */
json_t *phases_host(const struct phases *p, const struct facts *f,
		    const struct machine_times *t, double seconds);

/* Both as a table, a line each, with -v. */
void phases_tell(const struct phases *p, const struct facts *f,
		 const struct machine_result *m);
