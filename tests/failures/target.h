/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target.h - the program whose calls fail, run by run. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "tests/failures/fail.h"

/**
 * struct target - a program that waits before its main()
 * @shared: with it
 * @out, @err: files where its runs write what they say
 */
struct target {
	struct fail_shared *shared;
	pid_t pid;
	int control, out, err;
};

/* Start it, with @preload, each run in @folder and with @input, or NULL. */
void target_start(const char *preload, const char *folder, const char *input,
		  char *const *argv, struct target *ret);

/* One run with what @t->shared says; false: it was killed at the limit. */
bool target_run(struct target *t, int limit_ms);

void target_end(struct target *t);
