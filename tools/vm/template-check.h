/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * template-check.h - is a template's memory still what was written?
 *
 * It is too large to be read for each clone. A file whose inode, size and times
 * are those that were noted when it was last known to be right is taken as it
 * is; any other is read and compared with the hash in metadata.json, which
 * takes some 0.2 s, and then noted.
 */
#pragma once

#include <jansson.h>
#include <sys/types.h>

#include "tools/lib/hash.h"
/**
 * template_hash_memory() - the SHA-256 of a memory file
 *
 * Over the offset and content of each page that is not all zeros: however the
 * file was copied, with holes or without, it stays the same.
 *
 * Return: 0 or -errno.
 */
int template_hash_memory(int fd, char ret[HASH_HEX_SIZE]);

/**
 * template_check() - compare memory files with what is known of them
 * @folder: of the template
 * @fds:    @count memory files, -1 for a node without memory
 * @files:  "files" of metadata.json
 *
 * Return: 0; -ESTALE with @ret_bad for the file that is not what it was;
 * -errno.
 */
int template_check(int folder, const int *fds, unsigned int count,
		   const json_t *files, unsigned int *ret_bad);

/* The files are what was written: note how they look. Return: 0 or -errno. */
int template_note(int folder, const int *fds, unsigned int count);
