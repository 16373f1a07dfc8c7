/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holders.h - who holds a lock: /proc/locks, and descriptors of processes. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/**
 * struct lock_line - a lock that is held, as /proc/locks tells it
 * @by_file:   an open file description's lock on a range of bytes (OFDLCK),
 *	       else one of flock(2)
 * @exclusive: WRITE, not READ
 * @pid:       who took it, -1 when @by_file; it may have ended since, while
 *	       others keep the descriptor open
 * @first, @last: bytes, inclusive; UINT64_MAX is the end of the file
 */
struct lock_line {
	bool by_file, exclusive;
	pid_t pid;
	unsigned int major, minor;
	uint64_t inode;
	uint64_t first, last;
};

/* All locks of the system that our PID namespace may see. */
struct lock_table {
	struct lock_line *line;
	size_t count;
};

/* A file, as /proc/locks names it. */
struct lock_id {
	unsigned int major, minor;
	uint64_t inode;
};

/**
 * lock_table_read() - read /proc/locks
 * @ret: written only on success; lock_table_done() releases it
 *
 * Waiters and POSIX locks are left out. Return: 0 or -errno, @reterr_why set.
 */
int lock_table_read(struct lock_table *ret, struct why *reterr_why);
/* The same from @text, for tests; -ENOMEM is the only error. */
int lock_table_parse(const char *text, struct lock_table *ret);
void lock_table_done(struct lock_table *t);

/**
 * lock_id_of() - how /proc/locks names the file @fd
 *
 * The device is that of the file system, which on btrfs, overlayfs and others
 * is not the one that stat(2) tells. It is found through the mount that the
 * descriptor was opened on.
 *
 * Return: 0 or -errno, @reterr_why set.
 */
int lock_id_of(int fd, struct lock_id *ret, struct why *reterr_why);

/* The device of mount number @mount in the text of /proc/self/mountinfo; false
 * when it is not listed. */
bool lock_mount_parse(const char *mountinfo, unsigned int mount,
		      unsigned int *ret_major, unsigned int *ret_minor);

/* Does the line speak of this file? */
bool lock_line_is_of(const struct lock_line *line, const struct lock_id *id);

/**
 * holders_find() - processes that hold flock(2) locks on the file @fd
 * @table: as read before, or NULL
 * @ret:   ascending, no pid twice, @room at most
 *
 * Those that /proc/locks names, if they live; else all whose descriptor, as
 * /proc/PID/fdinfo tells, carries a lock of the file: work that outlived its
 * starter. Ourselves are left out.
 *
 * Return: how many, also beyond @room; 0 when none is visible, as with holders
 * in another PID namespace.
 */
size_t holders_find(const struct lock_table *table, int fd, pid_t *ret,
		    size_t room);

/**
 * holders_walk() - each lock on the file @fd that a descriptor carries
 * @found: called for each, as /proc/PID/fdinfo tells it
 *
 * Of processes whose descriptors we may look at; ourselves are left out.
 */
void holders_walk(int fd,
		  void (*found)(void *arg, pid_t pid,
				const struct lock_line *line),
		  void *arg);

/**
 * holders_command() - append the command line of @pid
 *
 * One line of valid UTF-8, at most 100 characters and an ellipsis;
 * "<cmdline unavailable>" when there is none.
 */
void holders_command(struct str *out, pid_t pid);

/* Append "pid 12 (make -j4), pid 14 (...) and 3 more" for @fd, or say that none
 * is visible. */
void holders_describe(struct str *out, int fd);
