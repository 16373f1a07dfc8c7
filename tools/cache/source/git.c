/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/git.h"

#include <errno.h>
#include <git2.h>

static int failed(const char *tree, struct why *reterr_why)
{
	const git_error *e = git_error_last();

	return why_set(reterr_why, -EIO, "cannot tell the state of '%s': %s",
		       tree, e && e->message ? e->message : "git failed");
}

/* Is a tracked file or the index different from HEAD? -1 on failure. */
static int is_dirty(git_repository *repo)
{
	git_status_options opts = {
		.version = GIT_STATUS_OPTIONS_VERSION,
	};
	git_status_list *list = NULL;
	int dirty = -1;

	/* Reading must not write: no refreshed index behind a user's back. */
	opts.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
	opts.flags =
		GIT_STATUS_OPT_EXCLUDE_SUBMODULES | GIT_STATUS_OPT_NO_REFRESH;
	if (git_status_list_new(&list, repo, &opts) == 0)
		dirty = git_status_list_entrycount(list) > 0;
	git_status_list_free(list);
	return dirty;
}

/* Fill the answers for an open repository. Return: 0 or -EIO. */
static int look(git_repository *repo, const char *tree, bool *ret_git,
		bool *ret_dirty, char *ret_hash, struct why *reterr_why)
{
	git_oid head;
	int r;

	if (git_repository_is_bare(repo) ||
	    git_repository_head_unborn(repo) == 1)
		return 0;
	if (git_reference_name_to_id(&head, repo, "HEAD") != 0)
		return failed(tree, reterr_why);
	r = is_dirty(repo);
	if (r < 0)
		return failed(tree, reterr_why);
	git_oid_tostr(ret_hash, GIT_OID_HEXSZ + 1, &head);
	*ret_git = true;
	*ret_dirty = r;
	return 0;
}

int git_look(const char *tree, bool *ret_git, bool *ret_dirty, char *ret_hash,
	     struct why *reterr_why)
{
	git_repository *repo = NULL;
	int r;

	*ret_git = false;
	*ret_dirty = true;
	*ret_hash = '\0';
	git_libgit2_init();
	/* A tree that another user owns is read, never run: no hooks here. */
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	r = git_repository_open_ext(&repo, tree, GIT_REPOSITORY_OPEN_NO_SEARCH,
				    NULL);
	if (r == GIT_ENOTFOUND)
		r = 0;
	else if (r < 0)
		r = failed(tree, reterr_why);
	else
		r = look(repo, tree, ret_git, ret_dirty, ret_hash, reterr_why);
	git_repository_free(repo);
	git_libgit2_shutdown();
	return r;
}
