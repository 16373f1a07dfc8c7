/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repro.h - a variant whose scheduler failed runs again and is watched. */
#pragma once

#include <jansson.h>

#include "tools/vm/judge.h"
#include "tools/vm/launch.h"
#include "tools/vm/variant.h"

#define REPRO_FILE "repro.txt"

/**
 * struct repro_ask - the run that failed
 * @config, @job, @init: it was launch()ed with
 * @folder: of its result, which is there already
 */
struct repro_ask {
	const struct request *req;
	const struct variant *variant;
	struct machine_config *config;
	const struct job *job;
	const char *init, *folder;
	const struct evidence *evidence;
	const struct judgement *judgement;
};

/**
 * repro_is_wanted() - is it a failure that is looked at again?
 *
 * One of the scheduler's, which the kernel took out by an error, and which the
 * test did not expect; unless the test, or the command line, does not want it.
 */
bool repro_is_wanted(const struct repro_ask *a);

/**
 * repro_run() - once more, with the way to the failure watched
 *
 * In a process of its own: whatever goes wrong there, the verdict is told.
 * Writes REPRO_FILE to the result's folder.
 *
 * Return: what result.json has as "repro": an object with "status", one of
 * "same", "other", "passed" and "not-run", and why. json_decref() it.
 */
json_t *repro_run(const struct repro_ask *a);
