/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bzimage.h - what a boot image says of itself. */
#pragma once

#include <stdbool.h>

#define BZIMAGE_RELEASE_SIZE 65

/**
 * bzimage_release() - the release that a bzImage names, as uname -r prints it
 *
 * Return: false, and "", when it is no bzImage or cannot be read.
 *
 * Source: Linux Documentation/arch/x86/boot.rst, fields header (0x202) and
 * kernel_version (0x20e).
 */
bool bzimage_release(const char *path, char ret[BZIMAGE_RELEASE_SIZE]);
