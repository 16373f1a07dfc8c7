/* SPDX-License-Identifier: GPL-2.0-or-later */
/* buildid.h - which build of a program a file is. */
#pragma once

#include "tools/lib/why.h"

/* Room for the longest one that is taken, 32 bytes in hex, with a NUL. */
#define BUILD_ID_SIZE 65

/**
 * build_id_read() - the linker's hash of an ELF program, in hex
 *
 * Its note NT_GNU_BUILD_ID, see ld(1), --build-id: a hash over all that was
 * linked, and quicker read than the file.
 *
 * Return: 0; -ENODATA when @path is no ELF file or has no such note; -errno of
 * open(2).
 */
int build_id_read(const char *path, char ret[BUILD_ID_SIZE]);
