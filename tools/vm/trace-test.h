/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace-test.h - rows of a trace: the test's steps and ops, the scheduler's
 * coming and going, what the kernel said, what the monitor saw. */
#pragma once

#include "tools/vm/trace-out.h"
#include "vmm/facts.h"

/* @end_ns: what has not ended by then ends there. */
void trace_test_write(struct trace_out *o, const struct facts *f,
		      uint64_t end_ns);
/* Counters, one for each sample; of a series whose clock is the guest's. */
void trace_monitor_write(struct trace_out *o, const struct facts *f);
