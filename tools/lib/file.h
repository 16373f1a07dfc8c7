/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file.h - whole small files, folders, and files published by rename. */
#pragma once

#include <stddef.h>

#include "tools/lib/why.h"

/**
 * file_read_at() - read one small text file
 * @dir:  folder descriptor, or AT_FDCWD
 * @name: path below @dir
 * @max:  most bytes accepted, not counting the final NUL
 * @ret:  NUL-terminated text, the caller frees it; written only on success
 *
 * Return: length in bytes, or
 * * -EFBIG    - longer than @max
 * * -errno    - of openat(2) or read(2)
 */
int file_read_at(int dir, const char *name, size_t max, char **ret);

/* Write all of @data to @fd. Return: 0 or -errno of write(2). */
int file_write_all(int fd, const void *data, size_t len);

/**
 * file_write_at() - write @text to an existing file, such as one in cgroupfs
 *
 * One write(2), as kernel files want it. Return: 0 or -errno.
 */
int file_write_at(int dir, const char *name, const char *text);

/**
 * file_publish() - make @path hold @data, all at once
 * @mode: permission bits, umask applies
 *
 * Written without a name, synced, renamed: a reader sees the old file or the
 * new one, and after SIGKILL no file of a wrong content has the name, nor is
 * anything else left that the next one does not replace (@path.ktstr-new,
 * between two system calls). Where files cannot be without a name it has a
 * unique one in the same folder.
 *
 * Return: 0 or -errno, and then @reterr_why is set; -EEXIST when a device, a
 * pipe or a socket has the name.
 */
int file_publish(const char *path, const void *data, size_t len,
		 unsigned int mode, struct why *reterr_why);

/* mkdir -p. Return: 0 or -errno (@reterr_why is set). */
int file_make_folders(const char *path, struct why *reterr_why);

/**
 * file_remove_tree() - rm -rf @path, without following symbolic links
 *
 * Return: 0, also when there was nothing; or -errno of what could not go.
 */
int file_remove_tree(const char *path);
