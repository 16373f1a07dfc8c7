/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mounts.h - file systems and settings of a guest that has just booted. */
#pragma once

#include "tools/lib/why.h"

/**
 * mounts_set_up() - mount what programs expect
 *
 * proc, sys, devtmpfs, cgroup2, tmpfs must work; debugfs, tracefs and the BPF
 * file system are mounted where the kernel has them.
 *
 * Return: 0, -ENOTSUP when this kernel does not know one that must work, or
 * -errno; and @reterr_why.
 */
int mounts_set_up(struct why *reterr_why);

/**
 * mounts_settings() - kernel settings and limits that all measurements rest on
 *
 * schedstat on, no throttling of real-time tasks (init is one), no limit to
 * locked memory, many open files.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int mounts_settings(struct why *reterr_why);
