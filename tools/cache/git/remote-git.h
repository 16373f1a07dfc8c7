/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remote-git.h - a commit of another repository as a kernel spec. */
#pragma once

#include "tools/cache/source/source.h"

/* Append @ref as keys and labels have it: "refs/heads/a/b" is "a_b". */
void remote_git_add_ref(struct str *out, const char *ref);

/**
 * remote_git_unpack() - put the source of @s below @folder
 * @root: the cache
 * @ret:  the folder with the source, the caller frees it
 *
 * Return: 0, or an error of git_mirror_get() or source_check_tree().
 */
int remote_git_unpack(const char *root, const struct source *s,
		      const char *folder, char **ret, struct why *reterr_why);
