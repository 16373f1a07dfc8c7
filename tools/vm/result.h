/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result.h - result.json and the logs beside it. */
#pragma once

#include "tools/vm/judge.h"
#include "tools/vm/launch.h"
#include "tools/vm/variant.h"

/**
 * struct result - what a result file is made of
 * @name: the variant's, KERNEL/SCHEDULER/TEST/PRESET/PROFILE/CLOCK/sSEED
 * @init: path of the guest's init
 * @inputs: as result_inputs() gives it
 * @layout: what the monitor was to read, or NULL
 * @load: context_load() before the machine was started
 * @trace: as trace_write() gives it
 */
struct result {
	const struct request *req;
	const struct variant *variant;
	const struct machine_config *config;
	const struct outcome *outcome;
	const struct judgement *judgement;
	const struct limits *limits;
	const char *name, *init;
	json_t *inputs;
	const struct mon_layout *layout;
	double load;
	json_t *trace;
};

/**
 * result_inputs() - SHA-256 of every file that goes in, and who runs it
 *
 * Called before the machine runs: a file may be replaced while it does.
 * Return: an object, json_decref() it
 */
json_t *result_inputs(const struct request *req, const struct variant *v,
		      const struct machine_config *c, const char *init);

/**
 * result_json() - the whole result, schema_version 1; json_decref() it
 *
 * All that varies by nature (host times, the host itself) is below "host";
 * under the virtual clock everything else is the same from run to run.
 */
json_t *result_json(const struct result *r);

/* The part that tells of the run itself: verdict, checks, statistics, workers
 * and what else came through the channel. Takes @again, the command. */
void result_add_run(json_t *o, const struct judgement *j, const struct facts *f,
		    json_t *again);

/**
 * result_write() - publish logs, then result.json, then the stamp of a pass
 * @folder: made if needed; stamps of earlier passes are removed first
 *
 * Dies with EX_BROKEN when something cannot be written.
 */
/* The same object again, when there is more to say. */
void result_write_json(const json_t *json, const char *folder);

void result_write(const struct result *r, const json_t *json,
		  const char *folder);
