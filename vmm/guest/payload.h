/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * payload.h - programs of "[payload NAME]" sections while a test is played.
 *
 * Their output is read all the time, whatever init waits for, and their
 * time-outs are kept.
 */
#pragma once

#include "vmm/guest/ops.h"
#include "vmm/guest/scenario.h"

enum payload_end {
	PAYLOAD_ENDED,	/* by itself */
	PAYLOAD_KILLED, /* by an op, or since the test ended early */
	PAYLOAD_TIMEOUT,
};

/**
 * struct payload_run - one payload
 * @log: its standard output and standard error
 * @name: of these, in frames
 * @started_ns, @late_at: 0: not started
 * @how:  it ended, or will
 * @over: its frame was sent
 */
struct payload_run {
	const struct payload *def;
	struct child child;
	struct textlog log[2];
	char name[2][PAYLOAD_NAME_MAX + 16];
	uint64_t started_ns, late_at;
	enum payload_end how;
	bool over;
};

/* Memory for all of the test's, and init looks after them from here on. Return:
 * 0 or -ENOMEM. */
int payloads_prepare(struct scenario *s);
void payloads_free(struct scenario *s);

/* Start those that start with the test. Return: 0 or -errno. */
int payloads_start(struct scenario *s, struct why *reterr_why);
/* Wait for all that run; returns early when the scheduler is lost. */
void payloads_wait(struct scenario *s);
/* Kill all that run. Return: 0 or -errno. */
int payloads_end(struct scenario *s, struct why *reterr_why);
/* Kill what they left in their cgroups, which have no workers any more. */
void payloads_empty(struct scenario *s);
