/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answers.h - what was found out about this host and its QEMU, for the next run
 *
 * Small files in .host of the cache. A cache may be shared, so each user has
 * files of his own, with his number in the name, and believes no others.
 * All is for speed: what cannot be kept or read is found out again.
 */
#pragma once

#include <stddef.h>

/* .host of the cache, which is made. Return: its path, the caller frees it;
 * NULL when there can be none. */
char *answers_folder(void);

/**
 * answer_read() - read an answer that this user has kept
 * @path: NULL is none
 * @max:  most bytes accepted, not counting the final NUL
 * @ret:  NUL-terminated text, the caller frees it; written only on success
 *
 * Return: length in bytes, or
 * * -EPERM    - the file is another user's, or no plain file
 * * -errno    - it cannot be read
 */
int answer_read(const char *path, size_t max, char **ret);

/* Keep @text at @path, NULL is nowhere; all at once. */
void answer_keep(const char *path, const char *text);
