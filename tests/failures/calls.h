/* SPDX-License-Identifier: GPL-2.0-or-later */
/* calls.h - the system calls that can fail, and with what: X(NAME, ERROR,
 * ANOTHER ERROR OR 0, MOVES BYTES, REMOVES SOMETHING). */
#pragma once

#include <errno.h>

#define FAIL_CALLS(X)                                                          \
	X(open, EMFILE, EIO, false, false)                                     \
	X(openat, EMFILE, EIO, false, false)                                   \
	X(fopen, EMFILE, EIO, false, false)                                    \
	X(opendir, EMFILE, EIO, false, true)                                   \
	X(readdir, EIO, 0, false, false)                                       \
	X(fgets, EIO, 0, false, false)                                         \
	X(fgetc, EIO, 0, false, false)                                         \
	X(fflush, ENOSPC, 0, false, false)                                     \
	X(read, EIO, 0, true, false)                                           \
	X(pread, EIO, 0, false, false)                                         \
	X(write, ENOSPC, EIO, true, false)                                     \
	X(pwrite, ENOSPC, EIO, false, false)                                   \
	X(stat, EIO, EACCES, false, false)                                     \
	X(lstat, EIO, EACCES, false, false)                                    \
	X(fstat, EIO, 0, false, false)                                         \
	X(fstatat, EIO, EACCES, false, false)                                  \
	X(fstatfs, EIO, 0, false, false)                                       \
	X(statvfs, EIO, 0, false, false)                                       \
	X(access, EIO, EACCES, false, false)                                   \
	X(faccessat, EIO, EACCES, false, false)                                \
	X(readlink, EIO, EACCES, false, false)                                 \
	X(realpath, EIO, EACCES, false, false)                                 \
	X(getcwd, ENOENT, 0, false, false)                                     \
	X(nftw, EMFILE, 0, false, true)                                        \
	X(fts_open, EMFILE, 0, false, false)                                   \
	X(fts_read, EIO, 0, false, false)                                      \
	X(scandir, EMFILE, EIO, false, false)                                  \
	X(mmap, ENOMEM, ENODEV, false, false)                                  \
	X(fsync, EIO, ENOSPC, false, false)                                    \
	X(ftruncate, ENOSPC, EIO, false, false)                                \
	X(fallocate, ENOSPC, EOPNOTSUPP, false, false)                         \
	X(fchmod, EIO, EPERM, false, false)                                    \
	X(futimens, EIO, EPERM, false, false)                                  \
	X(utimensat, EIO, EPERM, false, false)                                 \
	X(rename, ENOSPC, EIO, false, false)                                   \
	X(renameat, ENOSPC, EIO, false, false)                                 \
	X(renameat2, ENOSPC, EINVAL, false, false)                             \
	X(link, ENOSPC, EPERM, false, false)                                   \
	X(linkat, ENOSPC, EPERM, false, false)                                 \
	X(unlink, EIO, EROFS, false, true)                                     \
	X(unlinkat, EIO, EROFS, false, true)                                   \
	X(rmdir, EIO, EROFS, false, true)                                      \
	X(remove, EIO, EROFS, false, true)                                     \
	X(mkdir, ENOSPC, EROFS, false, false)                                  \
	X(mkdirat, ENOSPC, EROFS, false, false)                                \
	X(mkdtemp, ENOSPC, EROFS, false, false)                                \
	X(mkostemp, EMFILE, ENOSPC, false, false)                              \
	X(flock, ENOLCK, 0, false, false)                                      \
	X(lock, ENOLCK, 0, false, false)                                       \
	X(dup, EMFILE, 0, false, false)                                        \
	X(pipe2, EMFILE, ENFILE, false, false)                                 \
	X(fork, EAGAIN, ENOMEM, false, false)                                  \
	X(clone, EAGAIN, EPERM, false, false)                                  \
	X(exec, ENOMEM, EACCES, false, false)                                  \
	X(socketpair, EMFILE, 0, false, false)                                 \
	X(socket, EMFILE, 0, false, false)                                     \
	X(send, EPIPE, 0, true, false)                                         \
	X(recv, ECONNRESET, 0, true, false)                                    \
	X(epoll_create1, EMFILE, 0, false, false)                              \
	X(epoll_ctl, ENOSPC, 0, false, false)                                  \
	X(signalfd, EMFILE, ENOMEM, false, false)                              \
	X(memfd_create, EMFILE, ENOMEM, false, false)                          \
	X(pidfd_open, EMFILE, ENOSYS, false, false)                            \
	X(poll, ENOMEM, 0, false, false)                                       \
	X(setrlimit, EPERM, 0, false, false)                                   \
	X(sched_setaffinity, EINVAL, 0, false, false)                          \
	X(mount, EPERM, 0, false, false)                                       \
	X(unshare, ENOSPC, EPERM, false, false)                                \
	X(pthread_create, EAGAIN, 0, false, false)

#define FAIL_NUMBER(name, ...) FAIL_##name,
enum fail_call { FAIL_memory, FAIL_CALLS(FAIL_NUMBER) FAIL_CALLS_END };
#undef FAIL_NUMBER

#define FAIL_ROW(name, error, second, shorts, leaves)                          \
	[FAIL_##name] = { #name, { error, second }, shorts, leaves },
#define FAIL_TABLE                                                             \
	{                                                                      \
		[FAIL_memory] = { "memory",                                    \
				  { ENOMEM, ENOMEM },                          \
				  false,                                       \
				  false },                                     \
		FAIL_CALLS(FAIL_ROW)                                           \
	}
