/* SPDX-License-Identifier: GPL-2.0-or-later */
/* git-files.h - which tracked files differ from git's index. */
#pragma once

#include <git2.h>

#include "tools/cache/git/git-index.h"
#include "tools/cache/source/paths.h"

/**
 * struct git_rules - how git is told to compare, from its configuration
 * @trust_ctime: core.trustctime
 * @check_all:   core.checkStat is not "minimal"
 * @file_mode:   core.fileMode: the x bit counts
 * @symlinks:    core.symlinks: a link is checked out as one
 * @sparse:      core.sparseCheckout: a file with skip-worktree that is there
 *		 counts all the same
 */
struct git_rules {
	bool trust_ctime, check_all, file_mode, symlinks, sparse;
};

/**
 * git_files_changed() - find the files that differ from the index
 * @repo:  asked for filters, when the bytes of a file differ
 * @top:   descriptor of the top of the work tree
 * @ret:   their paths are added, in no order
 *
 * All CPUs stat the files. A file whose stat says nothing certain is read: one
 * changed in the second in which the index was written, or touched. Submodules
 * do not count. Nothing is written, so a touched file is read each time until
 * git refreshes its index.
 *
 * Return: 0 or -errno with a sentence.
 */
int git_files_changed(git_repository *repo, const struct gindex *index, int top,
		      const struct git_rules *rules, struct paths *ret,
		      struct why *reterr_why);
