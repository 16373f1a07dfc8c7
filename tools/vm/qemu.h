/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu.h - what a build of QEMU can do; asked once, then remembered. */
#pragma once

#include <stdbool.h>

/**
 * qemu_answer_path() - where answers of this very file are kept
 *
 * By user, device, inode, size and time of change; more may be put behind it.
 *
 * Return: the path in a folder that is there, the caller frees it; NULL when
 * nothing can be kept.
 */
char *qemu_answer_path(const char *qemu);

/**
 * qemu_has_sandbox() - was it built with its own filter of system calls?
 * @qemu: name or path of the program
 *
 * The answer is kept below the cache's root for each user and each file that
 * QEMU is (by device, inode, size and time of change), so that a start costs
 * no second one. A QEMU that is not there has none.
 */
bool qemu_has_sandbox(const char *qemu);

/* The first line of "QEMU --version", or "unknown"; remembered unless it is a
 * script. The caller frees it. */
char *qemu_version(const char *qemu);
