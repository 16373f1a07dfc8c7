/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bzimage.h - what a boot image says of itself. */
#pragma once

#include <stdbool.h>

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
