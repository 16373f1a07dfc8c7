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
 * @kargs:    more words for the kernel's command line, or NULL
 * @sysctl:   each "NAME=VALUE", or NULL
 * @enable, @disable: of a scheduler in the kernel, see profile_enable()
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
	char **args, **sysctl, **enable, **disable;
	char *kargs;
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

/* Does a program of the host load the scheduler? Else there is none, or it is
 * in the kernel. */
static inline bool variant_loads(const struct variant *v)
{
	return v->has_sched && v->sched.binary;
}

/* What declaration and test want of the guest, together (variant-guest.c):
 * @v->kargs, @v->sysctl, @v->enable, @v->disable, and their files in
 * @v->include. */
void variant_read_guest(struct variant *v);
/* More words for the kernel: @v's, and behind them those of the command line,
 * which may be NULL; @room holds them. */
const char *variant_kernel_words(const struct variant *v, const char *append,
				 struct str *room);
/* One more file for the guest. */
void variant_include(struct variant *v, const char *host, struct str *guest);
