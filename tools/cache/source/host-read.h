/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host-read.h - what is in the files of an installed kernel. */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

/**
 * host_has_notes() - is an ELF file the kernel that runs?
 * @notes: /sys/kernel/notes, which the kernel copies from its section .notes
 */
bool host_has_notes(const char *path, const char *notes);

/**
 * host_read_config() - read a configuration, which may be compressed
 * @ret: the caller frees it
 *
 * Return: 0; -EINVAL when it is damaged or longer than 4 MiB; or -errno.
 */
int host_read_config(const char *path, char **ret, struct why *reterr_why);
