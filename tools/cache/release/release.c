/* SPDX-License-Identifier: GPL-2.0-or-later */
/* release.c - a version of Linux as a kernel spec. */
#include "tools/cache/release/release.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/net/url.h"
#include "tools/cache/release/download.h"
#include "tools/cache/release/mirror.h"
#include "tools/cache/release/newest.h"
#include "tools/cache/source/resolve.h"
#include "tools/cache/source/tarball.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

int resolve_release(const struct source_request *req, struct source *s,
		    struct why *reterr_why)
{
	auto_str struct str url = { 0 };
	char text[VERSION_SIZE], mark[SOURCE_MARK_SIZE];
	struct version v;
	struct url shown;
	int r = source_refuse_build_dir(req, "a version", reterr_why);

	if (r == 0)
		r = newest_release(req->root, req->spec, &v, reterr_why);
	if (r < 0)
		return r;
	version_format(&v, text);
	mirror_add_tarball(&url, &v);
	r = url_parse(str_text(&url), &shown, reterr_why);
	if (r < 0)
		return r;
	s->kind = SOURCE_RELEASE;
	s->version = strdup(text);
	source_mark(s, mark);
	if (asprintf(&s->label, "%s%s", text, mark) < 0)
		s->label = NULL;
	s->url = strdup(shown.shown);
	if (!s->version || !s->label || !s->url)
		return source_no_memory(reterr_why);
	s->key = source_key(s);
	return s->key ? 0 : source_no_memory(reterr_why);
}

/* The tarball of a release has a folder of its name, and no other. */
static int check_top(const char *path, const struct version *v,
		     struct why *reterr_why)
{
	const char *top = strrchr(path, '/') + 1;
	auto_str struct str file = { 0 };
	size_t n = strlen(top);

	mirror_add_file(&file, v);
	if (strncmp(str_text(&file), top, n) == 0 &&
	    strncmp(str_text(&file) + n, ".tar.", 5) == 0)
		return 0;
	(void)file_remove_tree(path);
	return why_set(reterr_why, -EBADMSG,
		       "tarball '%s' has the folder '%s' in it, which is "
		       "another kernel",
		       str_text(&file), top);
}

int release_unpack(const char *root, const struct source *s, const char *folder,
		   char **ret, struct why *reterr_why)
{
	auto_download struct download d = DOWNLOAD_NONE;
	auto_free char *path = NULL;
	struct version v;
	int r = version_parse(s->version, &v);

	if (r < 0)
		return why_set(reterr_why, -EINVAL, "'%s' is no version",
			       s->version);
	r = download_get(root, &v, &d, reterr_why);
	if (r == 0)
		r = tarball_unpack(d.path, folder, &path, reterr_why);
	if (r == 0)
		r = check_top(path, &v, reterr_why);
	if (r < 0)
		return r;
	*ret = take_ptr(path);
	return 0;
}
