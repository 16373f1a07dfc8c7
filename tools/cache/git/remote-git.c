/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remote-git.c - a commit of another repository as a kernel spec. */
#include "tools/cache/git/remote-git.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/git/git-mirror.h"
#include "tools/cache/source/resolve.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/crc.h"
#include "tools/lib/file.h"

#define MAX_REF_IN_KEY 80

void remote_git_add_ref(struct str *out, const char *ref)
{
	char text[MAX_REF_IN_KEY + 1];

	if (strncmp(ref, "refs/heads/", 11) == 0)
		ref += 11;
	else if (strncmp(ref, "refs/tags/", 10) == 0)
		ref += 10;
	snprintf(text, sizeof(text), "%s", ref);
	for (char *p = text; *p; p++) {
		if (!isascii(*p) ||
		    (!isalnum((unsigned char)*p) && !strchr(".-_+", *p)))
			*p = '_';
	}
	/* A key begins with a letter or a digit. */
	str_addf(out, "%s%s", isalnum((unsigned char)*text) ? "" : "r", text);
}

/* Name repository and ref for people, the same for each commit of a branch. */
static char *label_of(const struct source *s, const struct git_url *u)
{
	auto_str struct str name = { 0 }, ref = { 0 }, whole = { 0 };
	char unique[STATE_CRC_SIZE], mark[SOURCE_MARK_SIZE];

	str_addf(&whole, "%s#%s", s->url, s->ref);
	snprintf(unique, sizeof(unique), "%08x",
		 crc32_of(str_text(&whole), whole.len, /* before */ 0));
	remote_git_add_ref(&ref, s->ref);
	str_addf(&name, "%.30s-%.30s", u->name, str_text(&ref));
	source_mark(s, mark);
	return source_label(str_text(&name), unique, mark);
}

int resolve_git(const struct source_request *req, struct source *s,
		struct why *reterr_why)
{
	auto_git_url struct git_url u = { 0 };
	auto_str struct str commit = { 0 };
	int r = source_refuse_build_dir(req, "a git URL", reterr_why);

	if (r == 0)
		r = git_url_parse(req->spec, &u, reterr_why);
	if (r == 0)
		r = git_mirror_ask(&u, &commit, reterr_why);
	if (r < 0)
		return r;
	s->kind = SOURCE_GIT;
	snprintf(s->state.hash, sizeof(s->state.hash), "%s", str_text(&commit));
	s->url = take_ptr(u.url);
	s->ref = take_ptr(u.ref);
	s->label = label_of(s, &u);
	s->key = source_key(s);
	return s->label && s->key ? 0 : source_no_memory(reterr_why);
}

int remote_git_unpack(const char *root, const struct source *s,
		      const char *folder, char **ret, struct why *reterr_why)
{
	auto_git_url struct git_url u = { 0 };
	auto_free char *spec = NULL, *path = NULL;
	struct git_want want = { .root = root, .commit = s->state.hash };
	int r;

	if (asprintf(&spec, "git+%s#%s", s->url, s->ref) < 0)
		return source_no_memory(reterr_why);
	r = git_url_parse(spec, &u, reterr_why);
	if (r < 0)
		return r;
	want.url = u.url;
	want.name = u.name;
	want.ref = u.ref;
	if (!git_url_is_commit(s->state.hash))
		return why_set(reterr_why, -EINVAL, "'%s' is no commit",
			       s->state.hash);
	r = git_mirror_get(&want, folder, &path, reterr_why);
	if (r == 0)
		r = source_check_tree(path, reterr_why);
	if (r < 0) {
		if (path)
			(void)file_remove_tree(path);
		return r;
	}
	*ret = take_ptr(path);
	return 0;
}
