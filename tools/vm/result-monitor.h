/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result-monitor.h - what the monitor saw, for results. */
#pragma once

#include "tools/vm/judge-monitor.h"

/* Of all samples so many rows are shown at most, each of as many of them. */
#define MONITOR_ROWS 100

/**
 * result_monitor() - all that is derived from the samples
 * @l: what was to be read; NULL: nothing, and the result is null
 * @outside: by the host
 *
 * Return: an object, json_decref() it.
 */
json_t *result_monitor(const struct facts *f, const struct checks *c,
		       const struct mon_layout *l, bool outside);

/* Scheduling domains by their kind, and programs of schedulers: arrays, for
 * result_monitor(). */
json_t *result_monitor_domains(const struct mon_series *s,
			       const struct mon_layout *l);
json_t *result_monitor_programs(const struct mon_series *s);

/* What the host gave to each CPU in all samples; null where it does not tell.
 */
json_t *result_monitor_vcpus(const struct mon_series *s);

/* The same of all CPUs from sample @from to @to: set "vcpu_run_ns" and
 * "vcpu_wait_ns" of @row, to null where the host does not tell. */
void result_monitor_row(const struct mon_series *s, size_t from, size_t to,
			json_t *row);
