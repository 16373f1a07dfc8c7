/* SPDX-License-Identifier: GPL-2.0-or-later */
/* landlock.h - what files a process may use, by the kernel's Landlock. */
#pragma once

/* Kinds of access, for landlock_allow(). */
enum landlock_use {
	LANDLOCK_USE_READ,  /* read, list, execute */
	LANDLOCK_USE_WRITE, /* read, write, change the size */
	LANDLOCK_USE_DEVICE /* read, write, ioctl */
};

/* The kernel's version of Landlock, or 0 when it has none. */
int landlock_version(void);

/**
 * landlock_new() - an empty set of rules: nothing may be opened
 *
 * It handles all kinds of access to files that this kernel knows of, TCP, and
 * signals and abstract sockets across its border.
 *
 * Return: a descriptor, or -errno (-ENOSYS, -EOPNOTSUPP: no Landlock).
 */
int landlock_new(void);

/**
 * landlock_allow() - allow one more file, or all below a folder
 * @rules: of landlock_new()
 * @fd:    of that file or folder, O_PATH is enough
 *
 * A file that no path leads to (of memfd_create()) needs no rule.
 *
 * Return: 0 or -errno.
 */
int landlock_allow(int rules, int fd, enum landlock_use use);

/* As landlock_allow(); a path that is not there is no failure. */
int landlock_allow_path(int rules, const char *path, enum landlock_use use);

/* Begin to obey. Needs PR_SET_NO_NEW_PRIVS. Return: 0 or -errno. */
int landlock_obey(int rules);
