/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-out.h - a trace as viewers read it: the JSON of "Trace Event Format".
 *
 * An object with a list "traceEvents"; each event has "ph", what it is, "pid"
 * and "tid", in which row it is shown, and "ts", when, in microseconds: here
 * with three digits behind the point, so nanoseconds are exact.
 *
 * Source: the format's public description, docs.google.com/document/d/
 * 1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU; Perfetto reads it as well.
 */
#pragma once

#include <stdint.h>

#include "tools/lib/str.h"

/* Groups of rows, in the order in which they are shown. */
enum trace_group {
	TRACE_ROWS_TEST = 1,
	TRACE_ROWS_CPUS,
	TRACE_ROWS_WORKERS,
	TRACE_ROWS_TASKS,
	TRACE_ROWS_MONITOR,
};

/* A row: of a group, by its number there. */
struct trace_row {
	enum trace_group group;
	int number;
};

struct trace_out {
	struct str text;
	bool any;
};

void trace_out_begin(struct trace_out *o);
/* @meta: members of an object, about the whole. */
void trace_out_end(struct trace_out *o, const char *meta);

void trace_out_name_group(struct trace_out *o, enum trace_group group,
			  const char *name);
/* @order: rows of a group are shown from the lowest down. */
void trace_out_name_row(struct trace_out *o, struct trace_row row,
			const char *name, int order);

/* In all of these @args is NULL or members of an object, quoted already; names
 * may be any text. A slice ends one nanosecond before @to_ns. */
void trace_out_slice(struct trace_out *o, struct trace_row row,
		     uint64_t from_ns, uint64_t to_ns, const char *name,
		     const char *args);
void trace_out_instant(struct trace_out *o, struct trace_row row,
		       uint64_t at_ns, const char *name, const char *args);
void trace_out_counter(struct trace_out *o, uint64_t at_ns, const char *name,
		       const char *unit, double value);
/* An arrow that begins in the slice at that place and time, or ends there. */
void trace_out_arrow(struct trace_out *o, struct trace_row row, uint64_t at_ns,
		     uint64_t id, bool ends);

/* Append ,"KEY":"TEXT" to members; the first has no comma. */
void trace_out_text(struct str *args, const char *key, const char *text);
void trace_out_number(struct str *args, const char *key, int64_t value);
