/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firmware.h - what QEMU loads into a machine before the kernel. */
#pragma once

#include "tools/lib/str.h"

/**
 * firmware_describe() - append the firmware files that QEMU would find
 * @qemu: path of the program
 *
 * BIOS and option ROMs, each as a name and the first 16 digits of its SHA-256,
 * with ", " between them, from where QEMU's own build and distributions have
 * them. They are inputs of a machine as much as QEMU is.
 *
 * Return: 0, or -errno: @qemu is not there, or why_is_system().
 */
int firmware_describe(struct str *out, const char *qemu);
