/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl.h - settings of the running kernel, set for a test.
 *
 * A list has "NAME=VALUE" in each text and ends with NULL; NULL is an empty
 * one. All return 0, or with the sentence
 * * -ENOSYS - this kernel has no such setting
 * * -EINVAL - it cannot be read, does not take the value, or makes another of
 * it
 * * -ENOMEM
 */
#pragma once

#include "tools/lib/why.h"

/* The same settings as they are now, the last one first: what takes back that
 * @list is set. @ret: words_free() frees it. */
int sysctl_read_all(char *const *list, char ***ret, struct why *reterr_why);

/* Write all in order, and read each back. */
int sysctl_set_all(char *const *list, struct why *reterr_why);
