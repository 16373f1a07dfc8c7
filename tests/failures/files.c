/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.c - in front of what libc has for files and folders. */
#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/failures/wrap.h"

typedef struct stat St;
typedef int (*Compare)(const struct dirent **, const struct dirent **);
typedef int (*Choose)(const struct dirent *);

/* The mode is there if the file may be made; else it is any number, which
 * nobody reads. */
#define OPEN(name, call, before, ...)                                          \
	{                                                                      \
		va_list ap;                                                    \
		mode_t mode;                                                   \
                                                                               \
		va_start(ap, flags);                                           \
		mode = va_arg(ap, mode_t);                                     \
		va_end(ap);                                                    \
		return run_fails(FAIL_##call) ? -1 : REAL(name)(__VA_ARGS__);  \
	}
PUBLIC int open(const char *path, int flags, ...)
	OPEN(open, open, path, path, flags, mode) PUBLIC
	int open64(const char *path, int flags, ...)
		OPEN(open64, open, path, path, flags, mode) PUBLIC
	int openat(int at, const char *path, int flags, ...)
		OPEN(openat, openat, path, at, path, flags, mode) PUBLIC
	int openat64(int at, const char *path, int flags,
		     ...) OPEN(openat64, openat, path, at, path, flags,
			       mode) WRAP_NEW(int, __open_2, open, -1,
					      (const char *path, int flags),
					      (path, flags))
		WRAP_NEW(int, __open64_2, open, -1,
			 (const char *path, int flags),
			 (path, flags)) WRAP_NEW(int, __openat_2, openat, -1,
						 (int at, const char *path,
						  int flags),
						 (at, path, flags))
			WRAP_NEW(int, __openat64_2, openat, -1,
				 (int at, const char *path, int flags),
				 (at, path, flags)) WRAP(FILE *, fopen, fopen,
							 NULL,
							 (const char *path,
							  const char *mode),
							 (path, mode))
				WRAP(FILE *, fopen64, fopen, NULL,
				     (const char *path, const char *mode),
				     (path,
				      mode)) WRAP(DIR *, opendir, opendir, NULL,
						  (const char *path), (path))
					WRAP(DIR *, fdopendir, opendir, NULL,
					     (int fd),
					     (fd)) WRAP(struct dirent *,
							readdir, readdir, NULL,
							(DIR * dir), (dir))
						WRAP(struct dirent64 *,
						     readdir64, readdir, NULL,
						     (DIR * dir), (dir))

/* _IO_ERR_SEEN of libio.h: ferror(3) shall say it. */
#define SEEN_ERROR 0x0020

							PUBLIC
	char *fgets(char *text, int size, FILE *f)
{
	if (!run_fails(FAIL_fgets))
		return REAL(fgets)(text, size, f);
	f->_flags |= SEEN_ERROR;
	return NULL;
}

PUBLIC int fgetc(FILE *f)
{
	if (!run_fails(FAIL_fgetc))
		return REAL(fgetc)(f);
	f->_flags |= SEEN_ERROR;
	return EOF;
}

PUBLIC int fflush(FILE *f)
{
	if (!f || !run_fails(FAIL_fflush))
		return REAL(fflush)(f);
	f->_flags |= SEEN_ERROR;
	return EOF;
}

WRAP_MOVE(ssize_t, read, read, (int fd, void *data, size_t len),
	  (fd, data, len))
WRAP_MOVE_NEW(ssize_t, __read_chk, read,
	      (int fd, void *data, size_t len, size_t size),
	      (fd, data, len, size))
WRAP_MOVE(ssize_t, pread, pread, (int fd, void *data, size_t len, off_t at),
	  (fd, data, len, at))
WRAP_MOVE(ssize_t, pread64, pread, (int fd, void *data, size_t len, off64_t at),
	  (fd, data, len, at))
WRAP_MOVE(ssize_t, write, write, (int fd, const void *data, size_t len),
	  (fd, data, len))
WRAP_MOVE(ssize_t, pwrite, pwrite,
	  (int fd, const void *data, size_t len, off_t at), (fd, data, len, at))
WRAP_MOVE(ssize_t, pwrite64, pwrite,
	  (int fd, const void *data, size_t len, off64_t at),
	  (fd, data, len, at))

WRAP(int, stat, stat, -1, (const char *path, St *st), (path, st))
WRAP(int, lstat, lstat, -1, (const char *path, St *st), (path, st))
WRAP(int, fstat, fstat, -1, (int fd, St *st), (fd, st))
WRAP(int, fstatat, fstatat, -1, (int at, const char *path, St *st, int flags),
     (at, path, st, flags))
WRAP(int, stat64, stat, -1, (const char *path, struct stat64 *st), (path, st))
WRAP(int, lstat64, lstat, -1, (const char *path, struct stat64 *st), (path, st))
WRAP(int, fstat64, fstat, -1, (int fd, struct stat64 *st), (fd, st))
WRAP(int, fstatat64, fstatat, -1,
     (int at, const char *path, struct stat64 *st, int flags),
     (at, path, st, flags))
WRAP(int, fstatfs, fstatfs, -1, (int fd, struct statfs *st), (fd, st))
WRAP(int, statvfs, statvfs, -1, (const char *path, struct statvfs *st),
     (path, st))
WRAP(int, access, access, -1, (const char *path, int mode), (path, mode))
WRAP(int, faccessat, faccessat, -1,
     (int at, const char *path, int mode, int flags), (at, path, mode, flags))
WRAP(ssize_t, readlink, readlink, -1, (const char *path, char *to, size_t len),
     (path, to, len))
WRAP(ssize_t, readlinkat, readlink, -1,
     (int at, const char *path, char *to, size_t len), (at, path, to, len))
WRAP(char *, realpath, realpath, NULL, (const char *path, char *to), (path, to))
WRAP_NEW(char *, __realpath_chk, realpath, NULL,
	 (const char *path, char *to, size_t size), (path, to, size))
WRAP(char *, getcwd, getcwd, NULL, (char *path, size_t size), (path, size))
WRAP(int, nftw, nftw, -1,
     (const char *path, __nftw_func_t one, int fds, int flags),
     (path, one, fds, flags))
WRAP(FTS *, fts_open, fts_open, NULL,
     (char *const *path, int flags,
      int (*cmp)(const FTSENT **, const FTSENT **)),
     (path, flags, cmp))
WRAP(FTSENT *, fts_read, fts_read, NULL, (FTS * fts), (fts))
WRAP(int, scandir, scandir, -1,
     (const char *path, struct dirent ***ret, Choose choose, Compare cmp),
     (path, ret, choose, cmp))
WRAP(int, scandirat, scandir, -1,
     (int at, const char *path, struct dirent ***ret, Choose choose,
      Compare cmp),
     (at, path, ret, choose, cmp))

WRAP(void *, mmap, mmap, MAP_FAILED,
     (void *at, size_t len, int prot, int flags, int fd, off_t offset),
     (at, len, prot, flags, fd, offset))
WRAP(void *, mmap64, mmap, MAP_FAILED,
     (void *at, size_t len, int prot, int flags, int fd, off64_t offset),
     (at, len, prot, flags, fd, offset))
WRAP(int, fsync, fsync, -1, (int fd), (fd))
WRAP(int, fdatasync, fsync, -1, (int fd), (fd))
WRAP(int, ftruncate, ftruncate, -1, (int fd, off_t len), (fd, len))
WRAP(int, ftruncate64, ftruncate, -1, (int fd, off64_t len), (fd, len))
WRAP(int, fallocate, fallocate, -1, (int fd, int mode, off_t at, off_t len),
     (fd, mode, at, len))
WRAP(int, fchmod, fchmod, -1, (int fd, mode_t mode), (fd, mode))
WRAP(int, futimens, futimens, -1, (int fd, const struct timespec t[2]), (fd, t))
WRAP(int, utimensat, utimensat, -1,
     (int at, const char *path, const struct timespec t[2], int flags),
     (at, path, t, flags))
WRAP(int, rename, rename, -1, (const char *a, const char *b), (a, b))
WRAP(int, renameat, renameat, -1, (int f, const char *a, int g, const char *b),
     (f, a, g, b))
WRAP(int, renameat2, renameat2, -1,
     (int f, const char *a, int g, const char *b, unsigned int flags),
     (f, a, g, b, flags))
WRAP(int, link, link, -1, (const char *a, const char *b), (a, b))
WRAP(int, linkat, linkat, -1,
     (int f, const char *a, int g, const char *b, int flags),
     (f, a, g, b, flags))
WRAP(int, unlink, unlink, -1, (const char *path), (path))
WRAP(int, unlinkat, unlinkat, -1, (int at, const char *path, int flags),
     (at, path, flags))
WRAP(int, rmdir, rmdir, -1, (const char *path), (path))
WRAP(int, remove, remove, -1, (const char *path), (path))
WRAP(int, mkdir, mkdir, -1, (const char *path, mode_t mode), (path, mode))
WRAP(int, mkdirat, mkdirat, -1, (int at, const char *path, mode_t mode),
     (at, path, mode))
WRAP(char *, mkdtemp, mkdtemp, NULL, (char *path), (path))
WRAP(int, mkostemp, mkostemp, -1, (char *path, int flags), (path, flags))
WRAP(int, flock, flock, -1, (int fd, int how), (fd, how))
