/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a guest sends as a trace must become events in the order of time, or
 * a failure with one sentence; texts in them are printable, and rows can be
 * made of all of it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/vm/trace-tasks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char text[TRACE_COMM])
{
	size_t len = strnlen(text, TRACE_COMM);

	if (len == TRACE_COMM)
		abort();
	for (size_t i = 0; i < len; i++) {
		if (text[i] < ' ' || text[i] > '~')
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_tally tally;
	struct trace_out out;
	struct trace t;
	struct why why = { .text = "" };
	int r = trace_read(data, size, &t, &why);

	if (r > 0 || (r < 0 && (!*why.text || strlen(why.text) >= 200)))
		abort();
	for (size_t i = 0; i < t.count; i++) {
		const struct trace_event *e = &t.event[i];

		if (e->cpu >= t.cpus || e->kind > TRACE_LOST ||
		    (i > 0 && e->at_ns < e[-1].at_ns))
			abort();
		check_text(e->comm);
		check_text(e->other_comm);
	}
	trace_out_begin(&out);
	if (trace_tasks_write(&out, &t, NULL, 0, UINT64_MAX, &tally) == 0 &&
	    tally.switches + tally.wakeups + tally.migrations + tally.holes !=
		    t.count)
		abort();
	str_done(&out.text);
	trace_done(&t);
	return 0;
}
