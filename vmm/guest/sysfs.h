/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sysfs.h - small files of sysfs: lines, numbers, lists of CPUs. */
#pragma once

#include <sched.h>
#include <stdint.h>

#include "tools/lib/msg.h"
#include "tools/lib/why.h"

/* The path of a file below a folder of sysfs; at most 127 bytes. */
struct sysfs_path {
	char text[128];
};

KTSTR_PRINTF(1, 2)
struct sysfs_path sysfs_path(const char *fmt, ...);

/* Read a line without its newline; the caller frees it. Return: 0 or -errno. */
int sysfs_line(int root, const char *path, char **ret);
/* 0, -errno, or -EINVAL when it is no decimal number. */
int sysfs_number(int root, const char *path, uint64_t *ret);
/* 0, or -errno with a sentence. */
int sysfs_cpus(int root, const char *path, cpu_set_t *ret,
	       struct why *reterr_why);
