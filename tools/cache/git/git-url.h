/* SPDX-License-Identifier: GPL-2.0-or-later */
/* git-url.h - the text of git+URL#REF. */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

/**
 * struct git_url - a repository, and what of it
 * @url:  as git takes it; a path is absolute
 * @ref:  a branch, a tag, a name that begins with "refs/", all 40 digits of a
 *	  commit in lower case, or "HEAD"
 * @name: the last part of the URL without ".git", of letters, digits and ".-_+"
 */
struct git_url {
	char *url, *ref, *name;
};

#define auto_git_url __attribute__((cleanup(git_url_done)))

void git_url_done(struct git_url *u);

/**
 * git_url_parse() - read a kernel spec that begins with "git+"
 *
 * The last "#" ends the URL; where there is none, the last "@" behind the host
 * does, for "#" begins a comment in a Makefile; and without either, the ref is
 * HEAD. URLs are https, http, git, ssh, file, HOST:PATH as ssh has it, or the
 * path of a folder. Refused: options, "ext::" and other programs, passwords,
 * and what cannot be the name of a ref.
 *
 * Return: 0, or with a sentence -EINVAL, -ENOENT for a path that is not there,
 * -ENOMEM.
 */
int git_url_parse(const char *spec, struct git_url *ret,
		  struct why *reterr_why);

/* Is @ref all digits of a commit? */
bool git_url_is_commit(const char *ref);

/* Is it a repository of this machine, which needs no network? */
bool git_url_is_local(const char *url);
