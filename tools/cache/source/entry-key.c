/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entry-key.c - the key of a cache entry as a kernel spec. */
#include "tools/cache/source/resolve.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cache/source/spec.h"
#include "tools/cache/store/entry.h"
#include "tools/lib/cachekey.h"
#include "tools/lib/cleanup.h"

/* Is it a version as git's tags have it? */
static bool is_tag(const char *spec)
{
	return *spec == 'v' && spec_kind(spec + 1) == SPEC_VERSION &&
	       strcmp(spec, "vlatest") != 0;
}

/* Is the fragment that is asked for in the entry? */
static int check_extra(const struct source_request *req, const struct source *s,
		       const struct entry *e, struct why *reterr_why)
{
	auto_free char *folder = NULL;
	struct kconfig extra = { 0 };
	int r;

	if (!req->extra)
		return 0;
	r = kconfig_folder(req->kconfig_dir, &folder, reterr_why);
	if (r == 0)
		r = kconfig_hash(folder, s->arch, req->extra, &extra,
				 reterr_why);
	if (r < 0)
		return r;
	if (strcmp(entry_text(e, "extra_kconfig_hash"), extra.extra) == 0)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "kernel '%s' was built without the fragment '%s'",
		       req->spec, req->extra);
}

/* Is another of our bases asked for? One that begins with "cfg" was a user's
 * .config, where the setting says nothing. */
static int check_base(const struct source_request *req, const struct entry *e,
		      struct why *reterr_why)
{
	const char *has = entry_text(e, "kconfig_base");
	const char *asked = getenv("KTSTR_KCONFIG_BASE");
	char base[KCONFIG_BASE_SIZE];
	int r = kconfig_base(base, reterr_why);

	if (r < 0 || !asked || !*asked || strcmp(base, has) == 0 ||
	    strncmp(has, "cfg", 3) == 0)
		return r;
	return why_set(reterr_why, -EINVAL,
		       "kernel '%s' was not built from '%s'", req->spec, asked);
}

/* Was the entry built as the settings ask for? */
static int check_built(const struct source_request *req, const struct source *s,
		       const struct entry *e, struct why *reterr_why)
{
	char mark[COMPILERS_MARK_SIZE];
	auto_free char *compilers = NULL;
	int r = check_extra(req, s, e, reterr_why);

	if (r == 0)
		r = check_base(req, e, reterr_why);
	if (r == 0)
		r = compilers_read(mark, &compilers, reterr_why);
	if (r == 0 && *compilers &&
	    strcmp(compilers, entry_text(e, "compilers_asked")) != 0)
		r = source_refuse_compilers(req, compilers, reterr_why);
	return r;
}

int resolve_key(const struct source_request *req, struct source *s,
		struct why *reterr_why)
{
	auto_entry struct entry e = { 0 };
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
	r = check_built(req, s, &e, reterr_why);
	if (r < 0)
		return r;
	s->kind = SOURCE_KEY;
	s->path = strdup(e.path);
	s->key = strdup(req->spec);
	s->label = strdup(entry_text(&e, "label"));
	s->version = strdup(entry_text(&e, "version"));
	return s->path && s->key && s->label && s->version
		       ? 0
		       : source_no_memory(reterr_why);
}
