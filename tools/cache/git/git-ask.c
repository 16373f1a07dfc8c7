/* SPDX-License-Identifier: GPL-2.0-or-later */
/* git-ask.c - what a ref of another repository is: git ls-remote. */
#include "tools/cache/git/git-mirror.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/git/git.h"
#include "tools/cache/git/run-git.h"
#include "tools/cache/net/http.h"
#include "tools/lib/cleanup.h"

#define ASK_S	      60
#define COMMIT_DIGITS (GIT_HASH_SIZE - 1)

/* What a ref may be, each a commit or "". */
struct found {
	char exact[GIT_HASH_SIZE], branch[GIT_HASH_SIZE];
	char tag[GIT_HASH_SIZE], peeled[GIT_HASH_SIZE];
};

/* Is @name @before, then @ref, then @after? */
static bool is_name(const char *name, const char *before, const char *ref,
		    const char *after)
{
	size_t b = strlen(before), n = strlen(ref);

	return strncmp(name, before, b) == 0 &&
	       strncmp(name + b, ref, n) == 0 &&
	       strcmp(name + b + n, after) == 0;
}

/* Take one line: 40 digits, a tab, a name. */
static void take(struct found *f, const char *line, const char *ref)
{
	const char *name;
	char *to = NULL;

	if (strspn(line, "0123456789abcdef") != COMMIT_DIGITS ||
	    line[COMMIT_DIGITS] != '\t')
		return;
	name = line + COMMIT_DIGITS + 1;
	if (strcmp(name, ref) == 0)
		to = f->exact;
	else if (is_name(name, "refs/heads/", ref, ""))
		to = f->branch;
	else if (is_name(name, "refs/tags/", ref, ""))
		to = f->tag;
	else if (is_name(name, "refs/tags/", ref, "^{}") ||
		 is_name(name, "", ref, "^{}"))
		to = f->peeled;
	if (to) {
		memcpy(to, line, COMMIT_DIGITS);
		to[COMMIT_DIGITS] = '\0';
	}
}

static int choose(const struct git_url *u, const struct found *f,
		  struct str *ret, struct why *why)
{
	const char *ref = u->ref;

	if (*f->branch && *f->tag)
		return why_set(why, -EINVAL,
			       "'%.150s' of '%.200s' is both a branch and a "
			       "tag; say refs/heads/%.40s or refs/tags/%.40s",
			       ref, u->url, ref, ref);
	if (!*f->branch && !*f->tag && !*f->exact)
		return why_set(
			why, -ENOENT,
			"'%.250s' has no branch or tag '%.150s'%s", u->url, ref,
			strspn(ref, "0123456789abcdefABCDEF") == strlen(ref)
				? "; a commit is named by all its 40 "
				  "digits"
				: "");
	str_add(ret, *f->branch	  ? f->branch
		     : *f->peeled ? f->peeled
		     : *f->tag	  ? f->tag
				  : f->exact);
	return ret->failed ? why_set(why, -ENOMEM, "out of memory") : 0;
}

int git_mirror_ask(const struct git_url *u, struct str *ret,
		   struct why *reterr_why)
{
	auto_str struct str out = { 0 }, what = { 0 }, peeled = { 0 };
	struct found found = { 0 };
	char *rest, *line;
	int r;

	if (git_url_is_commit(u->ref)) {
		str_add(ret, u->ref);
		return ret->failed ? -ENOMEM : 0;
	}
	if (http_is_offline() && !git_url_is_local(u->url))
		return why_set(reterr_why, -ENETDOWN,
			       "KTSTR_OFFLINE is set, so '%.250s' is not asked "
			       "which commit '%.150s' is",
			       u->url, u->ref);
	str_addf(&what, "ask '%.250s' for '%.150s'", u->url, u->ref);
	str_addf(&peeled, "%s^{}", u->ref);
	const char *const args[] = {
		"ls-remote", "--quiet",		"--", u->url,
		u->ref,	     str_text(&peeled), NULL,
	};
	const struct git_run run = {
		.args = args,
		.timeout_s = ASK_S,
		.what = str_text(&what),
	};
	r = git_run(&run, &out, reterr_why);
	if (r < 0)
		return r;
	rest = out.text;
	while (rest && (line = strsep(&rest, "\n")))
		take(&found, line, u->ref);
	return choose(u, &found, ret, reterr_why);
}
