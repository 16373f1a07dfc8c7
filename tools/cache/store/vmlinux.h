/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmlinux.h - the ELF file that belongs to a kernel. */
#pragma once

#include "tools/cache/store/entry.h"

/**
 * vmlinux_with_dwarf() - the vmlinux that an entry was built from
 * @ret: its path, the caller frees it; NULL when it is not to be had
 *
 * The entry's own has no DWARF. The one that it was stripped from has, while it
 * is where it was and has the size and the time (in seconds) of then; after
 * another build its lines are of another kernel.
 *
 * Return: 0 or -ENOMEM.
 */
int vmlinux_with_dwarf(const struct entry *e, char **ret);

/**
 * vmlinux_find() - the vmlinux of a boot image that is no entry
 * @image: absolute path
 * @root:  put before /boot, /lib and /usr, for tests; else ""
 * @ret:   its path, the caller frees it
 *
 * Looked for, in this order: beside the image; three folders up, as from
 * arch/x86/boot; for a file called vmlinuz-V in /usr/lib/debug/boot/vmlinux-V,
 * /boot/vmlinux-V, /usr/lib/debug/lib/modules/V/vmlinux and
 * /lib/modules/V/build/vmlinux; in build/ beside the image; for an image in a
 * folder V in /boot/vmlinux-V and /usr/lib/debug/lib/modules/V/vmlinux.
 *
 * Return: 0, -ENOENT or -ENOMEM.
 */
int vmlinux_find(const char *image, const char *root, char **ret);
