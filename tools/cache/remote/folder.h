/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder.h - a folder with objects, which many may write at once. */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

/* Open the object @name; @ret_is_ours: only we can write it and @folder. */
int folder_get(const char *folder, const char *name, int *ret_fd,
	       bool *ret_is_ours, struct why *reterr_why);

/**
 * folder_put() - copy the file @path into @folder, which is made
 * @replace: also if there is one called @name
 *
 * It is written in a temporary folder, .tmp in @folder, and renamed. Return: 0,
 * -EEXIST, or -errno, with a sentence.
 */
int folder_put(const char *folder, const char *name, const char *path,
	       bool replace, struct why *reterr_why);

/**
 * folder_keys() - the keys of all objects in @folder
 * @ret: NULL-terminated and sorted; words_free() it
 */
int folder_keys(const char *folder, char ***ret, struct why *reterr_why);
