/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.h - a run with a trace: how much is kept, and what becomes of it. */
#pragma once

#include <jansson.h>

#include "tools/vm/launch.h"
#include "tools/vm/request.h"

#define TRACE_FILE "trace.json"

/**
 * trace_kib() - the buffer of each CPU, or 0 without --trace
 * @cpus: of the machine
 *
 * Dies with EX_USAGE when the buffers together would not fit the channel.
 */
uint64_t trace_kib(const struct request *req, unsigned int cpus);

/* The machine gets memory for them, if that is more than it has left. */
void trace_give_memory(const struct request *req, struct machine_config *c,
		       uint64_t kib);

/**
 * trace_write() - trace.json in @folder, or none, and not an older one either
 * @kib: of trace_kib()
 *
 * Return: "trace" of the result: null without --trace. json_decref() it. Dies
 * when the file cannot be written.
 */
json_t *trace_write(const struct outcome *o, const struct machine_config *c,
		    uint64_t kib, const char *folder);
