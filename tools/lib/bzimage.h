/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bzimage.h - what a boot image says of itself. */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

#define BZIMAGE_RELEASE_SIZE 65

/**
 * bzimage_read_release() - the release that a bzImage names, as uname -r does
 *
 * Return: 0; -EBADMSG, and "", when it is no bzImage or names none; or -errno
 * of reading it.
 *
 * Source: Linux Documentation/arch/x86/boot.rst, fields header (0x202) and
 * kernel_version (0x20e).
 */
int bzimage_read_release(const char *path, char ret[BZIMAGE_RELEASE_SIZE]);

/* The same, where it is not to be told why there is none. */
bool bzimage_release(const char *path, char ret[BZIMAGE_RELEASE_SIZE]);

/**
 * bzimage_check() - is this a boot image for an x86_64 machine?
 *
 * Return: 0, or with a sentence
 * * -EINVAL - it is another file, and what it may be instead is said
 * * -errno  - it cannot be read
 *
 * Source: Linux Documentation/arch/x86/boot.rst, fields boot_flag (0x1fe),
 * header (0x202), version (0x206), loadflags (0x211) and xloadflags (0x236).
 */
int bzimage_check(const char *path, struct why *reterr_why);
