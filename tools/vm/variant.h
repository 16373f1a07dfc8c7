/* SPDX-License-Identifier: GPL-2.0-or-later */
/* variant.h - the variant that "ktstr-vm run" is to run, read from its files.
 */
#pragma once

#include "tools/lib/spec/profile.h"
#include "tools/vm/request.h"
#include "vmm/pack.h"

/**
 * struct variant - test x scheduler x machine x profile, all checked
 * @sched:    meaningful if @has_sched
 * @args:     the scheduler's arguments in order
 * @check:    merged
 * @include:  programs of the test, @include_count of them
 * @name:     KERNEL/SCHEDULER/TEST/PRESET/PROFILE/CLOCK/sSEED, set late
 */
struct variant {
	struct test test;
	struct sched sched;
	bool has_sched;
	char *test_text;
	const char *sched_name, *preset;
	struct topology topology;
	struct profile profile;
	char **args;
	struct checks check;
	struct include *include;
	size_t include_count;
};

/* Read and check everything; complaints are printed, then EX_USAGE. */
void variant_read(const struct request *req, struct variant *ret);
/* Read a scheduler's declaration alone; dies as variant_read() does. */
void variant_read_sched(const char *path, struct sched *ret);
/* Read the test alone, for a machine that nobody declares: no topology, no
 * scheduler, no programs. Dies as variant_read() does. */
void variant_read_test(const struct request *req, struct variant *ret);
void variant_done(struct variant *v);
