/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "tools/cache/entry.h"
#include "tools/cache/spec.h"
#include "tools/cache/tarball.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/crc.h"
#include "tools/lib/file.h"

#define COMMIT_DIGITS  12
#define CONTENT_DIGITS 16
#define LABEL_DIGITS   6

static const char untracked_hint[] =
	"it is not under git, so nothing names its content and this build is "
	"not kept in the cache; put the source under git to keep it";
static const char dirty_hint[] =
	"it has changes that are not committed, so this build is not kept in "
	"the cache; commit or stash them to keep it";

void source_done(struct source *s)
{
	free(s->path);
	free(s->build);
	free(s->key);
	free(s->label);
	free(s->version);
	free(s->hint);
	*s = (struct source){ 0 };
}

static int no_memory(struct why *why)
{
	return why_set(why, -ENOMEM, "out of memory");
}

int source_arch(char ret[16], struct why *reterr_why)
{
	const char *wanted = getenv("ARCH");
	struct utsname name;

	if (uname(&name) < 0)
		return why_set(reterr_why, -errno, "uname failed");
	if (!wanted || !*wanted || strcmp(wanted, "x86") == 0)
		wanted = name.machine;
	if (strcmp(name.machine, "x86_64") != 0 ||
	    strcmp(wanted, "x86_64") != 0)
		return why_set(reterr_why, -EOPNOTSUPP,
			       "kernels for %.32s on %.32s are not built yet, "
			       "only for x86_64 on x86_64",
			       wanted, name.machine);
	memcpy(ret, "x86_64", sizeof("x86_64"));
	return 0;
}

static bool has_file(const char *folder, const char *name)
{
	auto_free char *path = NULL;
	struct stat st;

	return asprintf(&path, "%s/%s", folder, name) > 0 &&
	       stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

int source_check_tree(const char *folder, struct why *reterr_why)
{
	bool makefile = has_file(folder, "Makefile");
	bool kconfig = has_file(folder, "Kconfig");

	if (makefile && kconfig)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "'%s' is no kernel tree: it has no %s", folder,
		       kconfig	  ? "Makefile"
		       : makefile ? "Kconfig"
				  : "Makefile and no Kconfig");
}

/* "VERSION = 6" of a kernel's Makefile, or "". */
static void makefile_field(const char *text, const char *name, char ret[32])
{
	const char *p = text;
	size_t n = strlen(name);

	ret[0] = '\0';
	for (; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
		if (strncmp(p, name, n) != 0 || strncmp(p + n, " =", 2) != 0)
			continue;
		p += n + 2;
		p += strspn(p, " \t");
		snprintf(ret, 32, "%.*s", (int)strcspn(p, " \t\n"), p);
		return;
	}
}

/* The version of a tree, or NULL when its Makefile has none. */
static char *tree_version(const char *folder)
{
	auto_free char *path = NULL, *text = NULL;
	char major[32], minor[32], patch[32], extra[32], *version = NULL;

	if (asprintf(&path, "%s/Makefile", folder) < 0 ||
	    file_read_at(AT_FDCWD, path, /* max */ 1 << 20, &text) < 0)
		return NULL;
	makefile_field(text, "VERSION", major);
	makefile_field(text, "PATCHLEVEL", minor);
	makefile_field(text, "SUBLEVEL", patch);
	makefile_field(text, "EXTRAVERSION", extra);
	if (!*major || !*minor ||
	    asprintf(&version, "%s.%s%s%s%s", major, minor, *patch ? "." : "",
		     patch, extra) < 0)
		return NULL;
	return version;
}

/*
 * Name @path for people: the last part of it without the tarball's endings,
 * then @unique, then @mark.
 */
static char *make_label(const char *path, const char *unique, const char *mark)
{
	static const char *const ends[] = { ".xz", ".gz", ".zst", ".tgz",
					    ".tar" };
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	char name[65], *label = NULL;
	size_t n;

	snprintf(name, sizeof(name), "%s", *base ? base : "root");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		n = strlen(name);
		if (n > strlen(ends[i]) &&
		    strcmp(name + n - strlen(ends[i]), ends[i]) == 0)
			name[n - strlen(ends[i])] = '\0';
	}
	for (char *p = name; *p; p++) {
		if (!isascii(*p) || (!isalnum((unsigned char)*p) &&
				     !strchr(p > name ? ".-_+" : "", *p)))
			*p = '_';
	}
	if (asprintf(&label, "%s_%.*s%s", name, LABEL_DIGITS, unique, mark) < 0)
		return NULL;
	return label;
}

static char *make_key(const struct source *s)
{
	auto_str struct str key = { 0 };

	if (s->kind == SOURCE_DIRECTORY)
		str_addf(&key, "local-%.*s-%s-", COMMIT_DIGITS, s->state.hash,
			 s->arch);
	else
		str_addf(&key, "tarball-%.*s-%s-", CONTENT_DIGITS, s->sha256,
			 s->arch);
	if (s->kind == SOURCE_DIRECTORY && *s->state.base)
		str_addf(&key, "cfg%s-", s->state.base);
	kconfig_format(&key, &s->kconfig);
	return str_take(&key);
}

static int resolve_folder(const struct source_request *req, struct source *s,
			  struct why *reterr_why)
{
	char unique[STATE_CRC_SIZE];
	int r = source_check_tree(s->path, reterr_why);

	if (r < 0)
		return r;
	s->kind = SOURCE_DIRECTORY;
	if (req->build_dir)
		r = file_make_folders(req->build_dir, reterr_why);
	if (r < 0)
		return r;
	s->build = realpath(req->build_dir ? req->build_dir : s->path, NULL);
	if (!s->build)
		return no_memory(reterr_why);
	r = state_probe(s->path, s->build, &s->state, reterr_why);
	if (r < 0)
		return r;
	snprintf(unique, sizeof(unique), "%08x",
		 crc32_of(s->path, strlen(s->path), /* before */ 0));
	s->version = tree_version(s->path);
	s->label = make_label(s->path, unique, s->state.dirty ? "_dirty" : "");
	if (s->state.dirty)
		s->hint = strdup(s->state.git ? dirty_hint : untracked_hint);
	else
		s->key = make_key(s);
	if (!s->label || (!s->key && !s->hint))
		return no_memory(reterr_why);
	return 0;
}

static int refuse_build_dir(const struct source_request *req, const char *what,
			    struct why *reterr_why)
{
	if (!req->build_dir)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "kernel '%s' is %s; only a kernel tree is built in a "
		       "folder of your choice, such as '%s'",
		       req->spec, what, req->build_dir);
}

static int resolve_tarball(const struct source_request *req, struct source *s,
			   struct why *reterr_why)
{
	int r = tarball_check(s->path, reterr_why);

	if (r == 0)
		r = refuse_build_dir(req, "a tarball", reterr_why);

	if (r < 0)
		return r;
	s->kind = SOURCE_TARBALL;
	r = hash_file(AT_FDCWD, s->path, s->sha256);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s", s->path,
			       strerror(-r));
	s->label = make_label(s->path, s->sha256, "");
	s->key = make_key(s);
	return s->label && s->key ? 0 : no_memory(reterr_why);
}

static int resolve_path(const struct source_request *req, struct source *s,
			struct why *reterr_why)
{
	auto_free char *folder = NULL;
	struct stat st;
	int r;

	s->path = realpath(req->spec, NULL);
	if (!s->path || stat(s->path, &st) < 0)
		return why_set(reterr_why, -errno, "kernel '%s': %s", req->spec,
			       strerror(errno));
	r = kconfig_folder(req->kconfig_dir, &folder, reterr_why);
	if (r == 0)
		r = kconfig_hash(folder, s->arch, req->extra, &s->kconfig,
				 reterr_why);
	if (r < 0)
		return r;
	if (S_ISDIR(st.st_mode))
		return resolve_folder(req, s, reterr_why);
	if (S_ISREG(st.st_mode))
		return resolve_tarball(req, s, reterr_why);
	return why_set(reterr_why, -EINVAL,
		       "kernel '%s' is neither a folder nor a tarball",
		       req->spec);
}

static int resolve_key(const struct source_request *req, struct source *s,
		       struct why *reterr_why)
{
	auto_entry struct entry e = { 0 };
	struct kconfig extra = { 0 };
	auto_free char *folder = NULL;
	int r = key_check(req->spec, reterr_why);

	if (r < 0)
		return r;
	r = refuse_build_dir(req, "a cache entry", reterr_why);
	if (r < 0)
		return r;
	r = entry_load(req->root, req->spec, &e, reterr_why);
	if (r == -ENOENT)
		return why_set(reterr_why, r,
			       "kernel '%s': there is no such path, and no "
			       "such entry in the cache '%s'",
			       req->spec, req->root);
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
		       : no_memory(reterr_why);
}

int source_resolve(const struct source_request *req, struct source *ret,
		   struct why *reterr_why)
{
	auto_source struct source s = { 0 };
	int r = spec_refuse_unbuilt(req->spec, reterr_why);

	if (r == 0)
		r = source_arch(s.arch, reterr_why);
	if (r == 0 && spec_kind(req->spec) == SPEC_PATH)
		r = resolve_path(req, &s, reterr_why);
	else if (r == 0)
		r = resolve_key(req, &s, reterr_why);
	if (r < 0)
		return r;
	*ret = s;
	s = (struct source){ 0 };
	return 0;
}
