/* SPDX-License-Identifier: GPL-2.0-or-later */
/* records.h - records on their way from a guest, which is not trusted. */
#pragma once

#include <stddef.h>

#include "tools/lib/why.h"
#include "vmm/repro/record.h"

/* What a guest may send in bytes: twice what init keeps. */
#define REPRO_BYTES_MAX (16U << 20)

/**
 * repro_records_check() - are these records, in the order of time?
 * @data, @len: one behind the other
 * @last_ns: in and out: time of the record before them; 0: they are the first
 *
 * A record that passes has a function below REPRO_FUNCTIONS_MAX, a kind of enum
 * repro_kind, and a name that ends.
 *
 * Return: 0, or -EBADMSG and @reterr_why.
 */
int repro_records_check(const void *data, size_t len, uint64_t *last_ns,
			struct why *reterr_why);

/* Bytes of a task's name and number, with the zero. */
#define REPRO_TASK_BYTES 32

/* "NAME[PID]" of the task that a record's CPU ran. A task may call itself
 * anything: what is not printable becomes '?'. */
void repro_record_task(const struct repro_record *r,
		       char ret[REPRO_TASK_BYTES]);
