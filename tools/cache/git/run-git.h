/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run-git.h - run the git program, without questions and within a time. */
#pragma once

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/**
 * struct git_run - one run
 * @args:      behind "git", NULL-terminated
 * @index:     GIT_INDEX_FILE, or NULL
 * @hold_fd:   a lock that git and its helpers hold as well; 0 for none
 * @timeout_s: it is ended after that many seconds
 * @what:      what it is to do, for messages: "list the refs of 'URL'"
 */
struct git_run {
	const char *const *args;
	const char *index;
	int hold_fd;
	unsigned int timeout_s;
	const char *what;
};

/**
 * git_run() - run git, and wait
 * @out: standard output is appended, at most 64 MiB
 *
 * It has no terminal, no standard input, none of the GIT_ variables that say
 * where a repository is, and asks nobody for a password; it runs no hook of a
 * repository, no file system monitor, and speaks only file, git, ssh, http and
 * https. It ends when we do.
 *
 * Return: 0; or with a sentence, git's own last line in it
 * * -ENOENT    - there is no git program
 * * -EIO       - git failed
 * * -ETIMEDOUT - the time ran out
 * * -EFBIG     - too much output
 * * -errno     - of running it
 */
int git_run(const struct git_run *run, struct str *out, struct why *reterr_why);
