/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/git/git.h"

#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/git/git-files.h"
#include "tools/cache/git/git-index.h"
#include "tools/cache/git/git-untracked.h"
#include "tools/cache/git/run-git.h"
#include "tools/cache/source/fingerprint.h"
#include "tools/lib/cleanup.h"

/* How long git may take where we have to ask it. */
#define STATUS_S 120

/**
 * struct work_tree - a repository with files
 * @repo: of libgit2
 * @tree: the top of its files
 * @top:  the same, open
 * @head: the commit
 */
struct work_tree {
	git_repository *repo;
	const char *tree;
	int top;
	git_oid head;
};

static int failed(const char *tree, struct why *reterr_why)
{
	const git_error *e = git_error_last();

	return why_set(reterr_why, -EIO, "cannot tell the state of '%s': %s",
		       tree, e && e->message ? e->message : "git failed");
}

static bool get_bool(git_config *config, const char *name, bool otherwise)
{
	int value;

	return git_config_get_bool(&value, config, name) == 0 ? value
							      : otherwise;
}

/*
 * With extensions.worktreeConfig, `git sparse-checkout` writes to a file of its
 * own, which libgit2 does not read.
 */
static void add_worktree_config(git_repository *repo, git_config *config)
{
	auto_free char *path = NULL;

	if (get_bool(config, "extensions.worktreeconfig", false) &&
	    asprintf(&path, "%sconfig.worktree", git_repository_path(repo)) > 0)
		(void)git_config_add_file_ondisk(config, path,
						 GIT_CONFIG_LEVEL_APP, repo, 0);
}

/* Return: 0 or an error of libgit2. */
static int read_rules(git_repository *repo, struct git_rules *ret)
{
	git_config *config = NULL;
	const char *check;
	git_config *now = NULL;
	int r = git_repository_config(&config, repo);

	if (r == 0) {
		add_worktree_config(repo, config);
		r = git_config_snapshot(&now, config);
	}
	if (r == 0) {
		ret->trust_ctime = get_bool(now, "core.trustctime", true);
		ret->file_mode = get_bool(now, "core.filemode", true);
		ret->symlinks = get_bool(now, "core.symlinks", true);
		ret->sparse = get_bool(now, "core.sparsecheckout", false);
		ret->check_all = git_config_get_string(&check, now,
						       "core.checkstat") != 0 ||
				 strcmp(check, "minimal") != 0;
	}
	git_config_free(now);
	git_config_free(config);
	return r;
}

/* Add what the index has otherwise than HEAD. Return: an error of libgit2. */
static int add_staged(git_repository *repo, git_tree *tree, struct paths *ret)
{
	git_diff_options opts;
	git_diff *diff = NULL;
	int r = git_diff_options_init(&opts, GIT_DIFF_OPTIONS_VERSION);

	opts.flags = GIT_DIFF_IGNORE_SUBMODULES | GIT_DIFF_INCLUDE_TYPECHANGE;
	if (r == 0)
		r = git_diff_tree_to_index(&diff, repo, tree, /* index */ NULL,
					   &opts);
	for (size_t i = 0; r == 0 && i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *d = git_diff_get_delta(diff, i);

		if (d->old_file.mode == GIT_FILEMODE_COMMIT ||
		    d->new_file.mode == GIT_FILEMODE_COMMIT)
			continue;
		if (d->old_file.path)
			paths_add(ret, d->old_file.path);
		if (d->new_file.path)
			paths_add(ret, d->new_file.path);
	}
	git_diff_free(diff);
	return r;
}

/* The same, if the index does not say that it is equal to HEAD anyway. */
static int compare_head(const struct work_tree *w, const struct gindex *index,
			struct paths *ret, struct why *reterr_why)
{
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	int r = git_commit_lookup(&commit, w->repo, &w->head);

	if (r == 0 &&
	    (!index->has_tree || memcmp(git_commit_tree_id(commit)->id,
					index->tree, GIT_RAW) != 0)) {
		r = git_commit_tree(&tree, commit);
		if (r == 0)
			r = add_staged(w->repo, tree, ret);
	}
	git_tree_free(tree);
	git_commit_free(commit);
	return r == 0 ? 0 : failed(w->tree, reterr_why);
}

/**
 * struct changes - what is not as HEAD has it
 * @index:     git's
 * @changed:   tracked files that differ
 * @untracked: files that are neither tracked nor ignored
 * @complete:  @untracked has them; else nobody has looked for them yet
 */
struct changes {
	struct gindex index;
	struct paths changed, untracked;
	bool complete;
};

static void changes_done(struct changes *c)
{
	gindex_done(&c->index);
	paths_done(&c->changed);
	paths_done(&c->untracked);
}

/*
 * What git itself says, for an index that only git understands: split, sparse.
 * Here the owner of the tree matters: git may run filters.
 */
static int ask_git(const struct work_tree *w, struct changes *ret,
		   struct why *reterr_why)
{
	const char *const args[] = {
		"-C", w->tree, "status",       "--porcelain=v1",
		"-z", "-uall", "--no-renames", "--ignore-submodules=all",
		NULL,
	};
	const struct git_run run = { .args = args,
				     .timeout_s = STATUS_S,
				     .what = "ask git for the state" };
	auto_str struct str out = { 0 };
	int r = git_run(&run, &out, reterr_why);

	/* "XY PATH", NUL. */
	for (size_t at = 0; r == 0 && at + 3 < out.len;
	     at += strlen(out.text + at) + 1)
		paths_add(out.text[at] == '?' ? &ret->untracked : &ret->changed,
			  out.text + at + 3);
	ret->complete = true;
	return r;
}

/* List the files that make the tree dirty. */
static int list_changed(const struct work_tree *w, struct changes *ret,
			struct why *reterr_why)
{
	git_buf path = GIT_BUF_INIT;
	struct git_rules rules;
	int r;

	if (read_rules(w->repo, &rules) < 0 ||
	    git_repository_item_path(&path, w->repo,
				     GIT_REPOSITORY_ITEM_INDEX) < 0)
		return failed(w->tree, reterr_why);
	r = gindex_read(path.ptr, &ret->index, reterr_why);
	git_buf_dispose(&path);
	if (r == -ENOTSUP)
		return ask_git(w, ret, reterr_why);
	if (r == 0)
		r = git_files_changed(w->repo, &ret->index, w->top, &rules,
				      &ret->changed, reterr_why);
	if (r == 0)
		r = compare_head(w, &ret->index, &ret->changed, reterr_why);
	return r;
}

/* Name the content of a dirty tree. */
static int name_content(const struct work_tree *w, struct changes *c,
			const char *but, char ret[HASH_HEX_SIZE],
			struct why *reterr_why)
{
	size_t n = strlen(w->tree);
	int r = 0;

	if (but && (strncmp(but, w->tree, n) != 0 || but[n] != '/'))
		but = NULL;
	if (!c->complete)
		r = git_untracked(w->repo, &c->index, w->top,
				  but ? but + n + 1 : NULL, &c->untracked,
				  reterr_why);
	paths_move(&c->changed, &c->untracked);
	paths_sort(&c->changed);
	if (r == 0)
		r = fingerprint_files(w->top, &c->changed, ret, reterr_why);
	return r;
}

static int look_at(const struct work_tree *w, const char *but,
		   struct git_look *ret, struct why *reterr_why)
{
	struct changes c = { 0 };
	int r = list_changed(w, &c, reterr_why);

	ret->git = true;
	ret->dirty = c.changed.count > 0;
	git_oid_tostr(ret->hash, sizeof(ret->hash), &w->head);
	if (r == 0 && ret->dirty)
		r = name_content(w, &c, but, ret->fingerprint, reterr_why);
	if (r == 0 && c.changed.failed)
		r = why_set(reterr_why, -ENOMEM, "out of memory");
	changes_done(&c);
	return r;
}

/* Is @tree, a path without links, the top of the repository's files? Or
 * -errno. */
static int is_top(git_repository *repo, const char *tree)
{
	const char *top = git_repository_workdir(repo);
	auto_free char *real = top ? realpath(top, NULL) : NULL;

	if (top && !real && errno != ENOENT && errno != ENOTDIR)
		return -errno;
	return real && strcmp(real, tree) == 0;
}

/* Look at an open repository. */
static int look(git_repository *repo, const char *tree, const char *but,
		struct git_look *ret, struct why *reterr_why)
{
	struct work_tree w = { .repo = repo, .tree = tree };
	int is = git_repository_is_bare(repo) ? 0 : is_top(repo, tree);

	if (is < 0)
		return why_set(reterr_why, is, "cannot read '%s': %s", tree,
			       strerror(-is));
	if (!is || git_repository_head_unborn(repo) == 1)
		return 0;
	if (git_reference_name_to_id(&w.head, repo, "HEAD") != 0)
		return failed(tree, reterr_why);
	auto_fd int top = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", tree,
			       strerror(errno));
	w.top = top;
	return look_at(&w, but, ret, reterr_why);
}

/* Extensions that do not matter to who only reads what is here. */
static void set_up(void)
{
	static const char *names[] = { "noop", "objectformat", "worktreeconfig",
				       "partialclone", "preciousobjects" };

	git_libgit2_init();
	/* A tree that another user owns is read, never run: no hooks here. */
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, names,
			 sizeof(names) / sizeof(names[0]));
}

int git_look(const char *tree, const char *but, struct git_look *ret,
	     struct why *reterr_why)
{
	auto_free char *real = realpath(tree, NULL);
	git_repository *repo = NULL;
	struct git_look found = { .dirty = true };
	int r;

	if (!real)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", tree,
			       strerror(errno));
	set_up();
	r = git_repository_open_ext(&repo, real, GIT_REPOSITORY_OPEN_NO_SEARCH,
				    NULL);
	if (r == GIT_ENOTFOUND)
		r = 0;
	else if (r < 0)
		r = failed(real, reterr_why);
	else
		r = look(repo, real, but, &found, reterr_why);
	git_repository_free(repo);
	git_libgit2_shutdown();
	if (r == 0)
		*ret = found;
	return r;
}
