/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entry-key.c - the key of a cache entry as a kernel spec. */
#include "tools/cache/source/resolve.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "tools/cache/source/spec.h"
#include "tools/cache/store/entry.h"
#include "tools/lib/cleanup.h"

/* Is it a version as git's tags have it? */
static bool is_tag(const char *spec)
{
	return *spec == 'v' && spec_kind(spec + 1) == SPEC_VERSION &&
	       strcmp(spec, "vlatest") != 0;
}

int resolve_key(const struct source_request *req, struct source *s,
		struct why *reterr_why)
{
	auto_entry struct entry e = { 0 };
	struct kconfig extra = { 0 };
	auto_free char *folder = NULL;
	int r = key_check(req->spec, reterr_why);

	if (r < 0)
		return r;
	r = source_refuse_build_dir(req, "a cache entry", reterr_why);
	if (r < 0)
		return r;
	r = entry_load(req->root, req->spec, &e, reterr_why);
	if (r == -ENOENT)
		return why_set(reterr_why, r,
			       "kernel '%s': there is no such path, and no "
			       "such entry in the cache '%s'%s%s",
			       req->spec, req->root,
			       is_tag(req->spec) ? "; a version has no 'v': "
						 : "",
			       is_tag(req->spec) ? req->spec + 1 : "");
	if (r < 0)
		return r;
	if (req->extra) {
		r = kconfig_folder(req->kconfig_dir, &folder, reterr_why);
		if (r == 0)
			r = kconfig_hash(folder, s->arch, req->extra, &extra,
					 reterr_why);
		if (r < 0)
			return r;
		if (strcmp(entry_text(&e, "extra_kconfig_hash"), extra.extra) !=
		    0)
			return why_set(reterr_why, -EINVAL,
				       "kernel '%s' was built without the "
				       "fragment '%s'",
				       req->spec, req->extra);
	}
	s->kind = SOURCE_KEY;
	s->path = strdup(e.path);
	s->key = strdup(req->spec);
	s->label = strdup(entry_text(&e, "label"));
	s->version = strdup(entry_text(&e, "version"));
	return s->path && s->key && s->label && s->version
		       ? 0
		       : source_no_memory(reterr_why);
}
