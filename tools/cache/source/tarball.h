/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tarball.h - kernel sources in a tarball, unpacked without trusting it. */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

struct archive;
/* libarchive's end of a tarball, for archive_read_free(); NULL with a sentence
 * when it cannot be read. */
struct archive *tarball_open(const char *path, struct why *reterr_why);

/**
 * tarball_check() - is @path a tarball, by its content?
 *
 * tar, plain or in xz, gzip or zstd. Only its start is read.
 *
 * Return: 0, -EINVAL when it is none, or -errno of reading.
 */
int tarball_check(const char *path, struct why *reterr_why);

/**
 * tarball_version() - the version that the Makefile in the top folder tells
 * @ret: the caller frees it
 *
 * The tarball is read up to that file. Return: 0, -EINVAL when there is none or
 * it tells none, or -errno of reading; with a sentence.
 */
int tarball_version(const char *path, char **ret, struct why *reterr_why);

/**
 * tarball_unpack() - unpack the one top folder of a tarball
 * @path:   the tarball
 * @folder: where the top folder appears, whole or not at all; is made when it
 *	    is not there
 * @ret:    path of the top folder, the caller frees it
 *
 * Refused: more than one top folder, or one without Makefile and Kconfig; "..",
 * absolute paths; symbolic links that are absolute or leave the top folder,
 * or that have ".." behind a name; hard links outside; devices, pipes and
 * sockets; more than 2 million members or 32 GiB.
 *
 * Return: 0, or with a sentence
 * * -EINVAL - the tarball is damaged, cut, or refused
 * * -EEXIST - the top folder is there already
 * * -errno  - of writing
 */
int tarball_unpack(const char *path, const char *folder, char **ret,
		   struct why *reterr_why);

/**
 * tarball_link_is_safe() - may a symbolic link be made?
 * @name:   the link's path below the top folder, without "." and ".."
 * @target: what it points to
 *
 * It must be relative, have ".." only at its start, and no more of them than
 * @name is deep. Since no part of @name is a link itself, such a link stays
 * inside whatever the other links are.
 */
bool tarball_link_is_safe(const char *name, const char *target);
