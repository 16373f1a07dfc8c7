/* SPDX-License-Identifier: GPL-2.0-or-later */
/* confine-calls.h - a filter of system calls that QEMU never needs. */
#pragma once

/**
 * confine_calls() - refuse what reaches beyond this process and its open files
 *
 * fork and the like fail with EPERM, clone3 with ENOSYS (the C library then
 * takes clone, whose flags a filter can see; threads are allowed), socket with
 * EACCES, io_uring_setup with ENOSYS (its requests would pass by this filter).
 * Whatever changes owner, mode, times or attributes of a file fails with EPERM,
 * as do signals, but for those to threads of the process that calls this.
 * Needs PR_SET_NO_NEW_PRIVS; exec is allowed, and keeps the filter.
 *
 * Return: 0 or -errno.
 */
int confine_calls(void);
