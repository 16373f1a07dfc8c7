/* SPDX-License-Identifier: GPL-2.0-or-later */
/* include.h - what --include PATH[=GUESTPATH] means. */
#pragma once

#include "vmm/pack.h"

/**
 * include_read() - the files and folders of all --include options
 * @words: NULL-terminated, or NULL
 * @ret:   array, and its texts, are the caller's
 *
 * Without a GUESTPATH a path keeps its place, absolute; a bare name that is no
 * file here is a program of $PATH, and becomes /bin/NAME. Dies when there is no
 * such file, or with a GUESTPATH that is not absolute or has "..".
 *
 * Return: how many.
 */
size_t include_read(char *const *words, struct include **ret);

/**
 * include_has() - is @command in the guest because it was included?
 *
 * As a path: it is one of the guest's paths, or below one. As a name: it is one
 * that the guest finds in its PATH.
 */
bool include_has(const struct include *all, size_t count, const char *command);
