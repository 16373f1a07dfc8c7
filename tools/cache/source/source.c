/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "tools/cache/source/spec.h"
#include "tools/lib/bzimage.h"
#include "tools/lib/cleanup.h"

void source_done(struct source *s)
{
	free(s->path);
	free(s->url);
	free(s->ref);
	free(s->build);
	free(s->key);
	free(s->identity);
	free(s->label);
	free(s->version);
	free(s->compilers);
	free(s->hint);
	*s = (struct source){ 0 };
}

int source_no_memory(struct why *why)
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

int source_refuse_build_dir(const struct source_request *req, const char *what,
			    struct why *reterr_why)
{
	if (!req->build_dir)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "kernel '%s' is %s; only a kernel tree is built in a "
		       "folder of your choice, such as '%s'",
		       req->spec, what, req->build_dir);
}

int source_refuse_compilers(const struct source_request *req,
			    const char *compilers, struct why *reterr_why)
{
	return why_set(reterr_why, -EINVAL,
		       "kernel '%s' is built already, not with %s%s", req->spec,
		       compilers,
		       strstr(compilers, "CC=")
			       ? "; if that is for other programs, set "
				 "KTSTR_KERNEL_CC to nothing"
			       : "");
}

static int hash_kconfig(const struct source_request *req, struct source *s,
			struct why *reterr_why)
{
	auto_free char *folder = NULL;
	int r = kconfig_folder(req->kconfig_dir, &folder, reterr_why);

	if (r == 0)
		r = kconfig_hash(folder, s->arch, req->extra, &s->kconfig,
				 reterr_why);
	if (r == 0)
		r = kconfig_base(s->kconfig.base, reterr_why);
	if (r == 0)
		r = compilers_read(s->kconfig.cc, &s->compilers, reterr_why);
	return r;
}

static int resolve_remote(const struct source_request *req, struct source *s,
			  struct why *reterr_why)
{
	int r = hash_kconfig(req, s, reterr_why);

	return r < 0 ? r : resolve_git(req, s, reterr_why);
}

static int resolve_version(const struct source_request *req, struct source *s,
			   struct why *reterr_why)
{
	int r = hash_kconfig(req, s, reterr_why);

	return r < 0 ? r : resolve_release(req, s, reterr_why);
}

static int resolve_path(const struct source_request *req, struct source *s,
			struct why *reterr_why)
{
	char release[BZIMAGE_RELEASE_SIZE];
	struct stat st;
	int r;

	/* Not repeated: there may be a password in it. */
	if (strstr(req->spec, "://"))
		return why_set(reterr_why, -EINVAL,
			       "a URL as kernel begins with 'git+'; tarballs "
			       "are named by their version, or by the path of "
			       "one that is here");
	s->path = realpath(req->spec, NULL);
	if (!s->path || stat(s->path, &st) < 0)
		return why_set(reterr_why, -errno, "kernel '%s': %s", req->spec,
			       strerror(errno));
	if (S_ISREG(st.st_mode) && bzimage_release(s->path, release))
		return resolve_image(req, s, reterr_why);
	r = hash_kconfig(req, s, reterr_why);
	if (r < 0)
		return r;
	if (S_ISDIR(st.st_mode))
		return resolve_folder(req, s, reterr_why);
	if (S_ISREG(st.st_mode))
		return resolve_tarball(req, s, reterr_why);
	return why_set(reterr_why, -EINVAL,
		       "kernel '%s' is neither a folder nor a tarball nor "
		       "a boot image",
		       req->spec);
}

int source_resolve(const struct source_request *req, struct source *ret,
		   struct why *reterr_why)
{
	auto_source struct source s = { 0 };
	int r = spec_check_single(req->spec, reterr_why);

	if (r == 0)
		r = source_arch(s.arch, reterr_why);
	if (r == 0 && spec_kind(req->spec) == SPEC_PATH)
		r = resolve_path(req, &s, reterr_why);
	else if (r == 0 && spec_kind(req->spec) == SPEC_VERSION)
		r = resolve_version(req, &s, reterr_why);
	else if (r == 0 && spec_kind(req->spec) == SPEC_GIT)
		r = resolve_remote(req, &s, reterr_why);
	else if (r == 0 && spec_kind(req->spec) == SPEC_HOST)
		r = resolve_host(req, &s, reterr_why);
	else if (r == 0)
		r = resolve_key(req, &s, reterr_why);
	/* All but a dirty tree are named by their key. */
	if (r == 0 && s.key && s.kind != SOURCE_KEY && !s.identity) {
		s.identity = strdup(s.key);
		r = s.identity ? 0 : source_no_memory(reterr_why);
	}
	if (r < 0)
		return r;
	*ret = s;
	s = (struct source){ 0 };
	return 0;
}
