/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lockfile.h - lock files: opened so that several users can share them. */
#pragma once

#include <stdint.h>

#include "tools/lib/why.h"

/* No limit of time. */
#define LOCK_FILE_FOREVER UINT64_MAX

/**
 * lock_folder_open() - open a folder of lock files
 * @path: the folder; made with mode 01777 when it is not there and @create
 * @path_is_ours: a name that others could have put something at: no symbolic
 *	  link is followed
 *
 * Folders on file systems whose locks do not reach everyone, or do not show in
 * /proc/locks, are refused: NFS, SMB, CephFS, AFS, FUSE.
 *
 * Return: a descriptor with O_CLOEXEC, or with @reterr_why set
 * * -ENOENT     - not there, and not to be created
 * * -EREMOTEIO  - on such a file system
 * * -errno      - of mkdir(2) or open(2)
 */
int lock_folder_open(const char *path, bool create, bool path_is_ours,
		     struct why *reterr_why);

/* The name of the remote or user-space file system that @fd is on, and in
 * @ret_reason why that will not do; NULL when it is none. */
const char *lock_remote_name(int fd, const char **ret_reason);

/**
 * lock_file_open() - open a lock file, without a lock
 * @folder: of lock_folder_open()
 * @create: make it, with mode 0666 whatever the umask, when it is not there
 *
 * It is opened for reading, which is enough for flock(2). O_CREAT is not used
 * on a file that is there: fs.protected_regular refuses that in a folder that
 * others may write to. A symbolic link or anything but a file is refused.
 *
 * Return: a descriptor with O_CLOEXEC, or with @reterr_why set
 * * -ENOENT - not there, and not to be created
 * * -EINVAL - not a regular file
 * * -EBUSY  - its owner has a lease on it, see fcntl(2); no lock, so that
 *	     -EWOULDBLOCK would be wrong
 * * -errno  - of openat(2)
 */
int lock_file_open(int folder, const char *name, bool create,
		   struct why *reterr_why);

/**
 * lock_file_take() - flock(2) with a limit of time
 * @fd:      of lock_file_open()
 * @kind:    LOCK_SH or LOCK_EX
 * @wait_ns: how long to wait: 0 to LOCK_FILE_FOREVER
 *
 * A wait with a limit uses ITIMER_REAL and SIGALRM, and leaves the timer off
 * and the signal as it was.
 *
 * Return: 0, -EWOULDBLOCK when it is held for too long, or -errno of flock(2).
 */
int lock_file_take(int fd, int kind, uint64_t wait_ns);

/**
 * lock_byte_wait() - wait until nobody has a write lock on @byte of @fd
 *
 * Locks of open file descriptions, fcntl(2). The byte is not held afterwards.
 *
 * Return: as lock_file_take().
 */
int lock_byte_wait(int fd, unsigned int byte, uint64_t wait_ns);

enum { LOCK_FILE_TRIES = 100 };

/**
 * lock_file_is_current() - does @name still mean @fd?
 *
 * Ask after the lock was taken. Somebody may have unlinked the file meanwhile,
 * and then the lock excludes nobody: open it again, LOCK_FILE_TRIES times at
 * most, since a file that cannot be looked at is not current either.
 */
bool lock_file_is_current(int folder, const char *name, int fd);

/**
 * lock_file_inherit() - leave @fd open in the command that is run next
 *
 * The descriptor moves to a number of 100 or more (10 where RLIMIT_NOFILE
 * allows no 100), where scripts do not redirect, and its time of change is now,
 * for those who clean up by age.
 *
 * Return: the new number, or -errno (@fd is open still); -EMFILE also where
 * RLIMIT_NOFILE allows no 10.
 */
int lock_file_inherit(int fd);
