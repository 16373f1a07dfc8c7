/* SPDX-License-Identifier: GPL-2.0-or-later */
/* git-mirror.h - commits of other repositories, kept in the cache. */
#pragma once

#include "tools/cache/git/git-url.h"
#include "tools/lib/str.h"

/**
 * git_mirror_ask() - which commit a ref is, as the repository says now
 * @ret: appended: 40 digits; a tag is peeled
 *
 * Nothing is fetched. A ref that is a whole commit is not asked for.
 *
 * Return: 0; or with a sentence
 * * -ENOENT    - there is no such ref, or no git program
 * * -EINVAL    - it is a branch and a tag
 * * -ENETDOWN  - KTSTR_OFFLINE is set, and it is not of this machine
 * * -EIO, -ETIMEDOUT, -errno - as git_run()
 */
int git_mirror_ask(const struct git_url *u, struct str *ret,
		   struct why *reterr_why);

/**
 * struct git_want - a commit to be had
 * @root:   the cache
 * @url:    the repository
 * @name:   of the repository, for people
 * @ref:    where the commit was found, for servers that give refs only
 * @commit: 40 digits
 */
struct git_want {
	const char *root, *url, *name, *ref, *commit;
};

/**
 * git_mirror_get() - put the files of a commit into a folder
 * @folder: where a folder of the name and the commit appears, whole or not at
 *	    all; is made when it is not there
 * @ret:    its path, the caller frees it
 *
 * The commit alone, without history, is fetched into the mirror of its
 * repository, ROOT/.git/NAME-HASH, if it is not there already; what the mirror
 * has is not sent again. One that has grown over 2 GiB is begun anew. Links are
 * made as the commit has them; no hook runs, no submodule is fetched.
 *
 * Return: 0; or with a sentence as git_mirror_ask(), and -EEXIST when the
 * folder is there.
 */
int git_mirror_get(const struct git_want *want, const char *folder, char **ret,
		   struct why *reterr_why);
