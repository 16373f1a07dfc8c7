/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h - whether this call of this run fails; of the preloaded library. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tests/failures/calls.h"
#include "tests/failures/fail.h"

/* Memory is asked for: true, and errno, if there is none. */
bool run_lacks_room(void);

/* A system call: true, and errno, if it fails. */
bool run_fails(enum fail_call call);

/* How many of these bytes are moved: 1, or all. Behind run_fails(). */
size_t run_moves(enum fail_call call, size_t bytes);

/* This is a run, behind the start of main(). */
bool run_is_on(void);

/* Before and behind a fork: @pid is what that said. */
void run_forks(void);
void run_forked(int pid);
