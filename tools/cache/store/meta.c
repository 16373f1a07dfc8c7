/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/meta.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tools/cache/source/compilers.h"
#include "tools/cache/store/copy.h"
#include "tools/cache/store/entry.h"
#include "tools/kconfig/conf.h"
#include "tools/lib/bzimage.h"
#include "tools/lib/cleanup.h"
#include "version.h"

/* The string value of an option without its quotes, as JSON; null if unset. */
static json_t *config_string(const struct conf *c, const char *name)
{
	const struct conf_line *line = conf_find(c, name);
	const char *v = line ? line->value : "";
	size_t n = strlen(v);

	if (n >= 2 && v[0] == '"' && v[n - 1] == '"') {
		v++;
		n -= 2;
	}
	return n ? json_stringn(v, n) : json_null();
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static json_t *describe_source(const struct source *s)
{
	if (!s)
		return json_pack("{s:s}", "type", "unknown");
	if (s->kind == SOURCE_TARBALL)
		return json_pack("{s:s, s:s, s:s}", "type", "tarball", "path",
				 s->path, "sha256", s->sha256);
	if (s->kind == SOURCE_RELEASE)
		return json_pack("{s:s, s:s}", "type", "tarball", "url",
				 s->url);
	if (s->kind == SOURCE_HOST || s->kind == SOURCE_IMAGE)
		return json_pack("{s:s, s:s}", "type",
				 s->kind == SOURCE_HOST ? "host" : "image",
				 "image", s->path);
	if (s->kind == SOURCE_GIT)
		return json_pack("{s:s, s:s, s:s, s:s}", "type", "git", "url",
				 s->url, "ref", s->ref, "git_hash",
				 s->state.hash);
	return json_pack("{s:s, s:s, s:s?, s:b}", "type", "local",
			 "source_tree_path", s->path, "git_hash",
			 or_null(s->state.hash), "dirty", s->state.dirty);
}

/* The size that the vmlinux had; and where it is in a local tree, with its
 * time, for who wants its DWARF. */
static int add_vmlinux_facts(json_t *meta, const struct store_request *req,
			     struct why *reterr_why)
{
	auto_free char *path = NULL;
	struct stat st;

	if (!req->vmlinux)
		return 0;
	if (stat(req->vmlinux, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s",
			       req->vmlinux, strerror(errno));
	if (json_object_set_new(meta, "source_vmlinux_size",
				json_integer(st.st_size)) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (!req->source || req->source->kind != SOURCE_DIRECTORY)
		return 0;
	path = realpath(req->vmlinux, NULL);
	if (!path)
		return why_set(reterr_why, -errno, "cannot read '%s': %s",
			       req->vmlinux, strerror(errno));
	if (json_object_set_new(meta, "source_vmlinux_path",
				json_string(path)) < 0 ||
	    json_object_set_new(meta, "source_vmlinux_mtime_secs",
				json_integer(st.st_mtime)) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return 0;
}

/* What a build is recognised by, if nobody has touched its source meanwhile. */
static int add_identity(json_t *meta, const struct store_request *req,
			struct why *reterr_why)
{
	bool known = req->source && req->source->identity && !req->edited;
	auto_free char *toolchain = NULL;
	int r = compilers_versions(&toolchain, reterr_why);

	if (r < 0)
		return r;
	if (json_object_set_new(meta, "identity",
				known ? json_string(req->source->identity)
				      : json_null()) < 0 ||
	    json_object_set_new(meta, "toolchain", json_string(toolchain)) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return 0;
}

static int add_base(json_t *meta, const struct source *s)
{
	auto_str struct str base = { 0 };

	if (s)
		source_add_base(&base, s);
	return json_object_set_new(meta, "kconfig_base",
				   base.len ? json_string(str_text(&base))
					    : json_null());
}

json_t *meta_of_source(const struct source *s)
{
	json_t *meta =
		json_pack("{s:o, s:s?, s:s, s:s?, s:s?, s:s?, s:s?}", "source",
			  describe_source(s), "version", or_null(s->version),
			  "arch", s->arch, "identity", or_null(s->identity),
			  "compilers_asked", or_null(s->compilers),
			  "ktstr_kconfig_hash", or_null(s->kconfig.builtin),
			  "extra_kconfig_hash", or_null(s->kconfig.extra));

	if (meta && add_base(meta, s) == 0)
		return meta;
	json_decref(meta);
	return NULL;
}

int meta_make(const struct store_request *req, const char *work, bool has_btf,
	      json_t **ret, struct why *reterr_why)
{
	const struct source *s = req->source;
	auto_conf struct conf config = { 0 };
	char release[BZIMAGE_RELEASE_SIZE], crc[STATE_CRC_SIZE], built_at[32],
		arch[16];
	time_t now = time(NULL);
	json_t *files, *meta;
	struct tm tm;
	int r = source_arch(arch, reterr_why);

	if (r == 0)
		r = conf_read(&config, req->config, NULL, reterr_why);
	if (r < 0)
		return r;
	r = bzimage_read_release(req->image, release);
	if (r < 0 && r != -EBADMSG)
		return why_set(reterr_why, r, "cannot read '%s': %s",
			       req->image, strerror(-r));
	r = state_crc_file(req->config, crc);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s",
			       req->config, strerror(-r));
	r = copy_describe(work, &files, reterr_why);
	if (r < 0)
		return r;
	strftime(built_at, sizeof(built_at), "%Y-%m-%dT%H:%M:%SZ",
		 gmtime_r(&now, &tm));
	meta = json_pack(
		"{s:i, s:s, s:s, s:s?, s:o, s:s, s:s, s:s?, s:s, s:s?, s:s?, "
		"s:b, s:b, s:b, s:b, s:s?, s:o, s:o, s:s, s:o}",
		"format", ENTRY_FORMAT, "key", req->key, "label",
		s ? s->label : req->key, "version",
		or_null(*release ? release : (s ? s->version : NULL)), "source",
		describe_source(s), "arch", arch, "image_name", ENTRY_IMAGE,
		"config_hash", or_null(crc), "built_at", built_at,
		"ktstr_kconfig_hash", s ? or_null(s->kconfig.builtin) : NULL,
		"extra_kconfig_hash", s ? or_null(s->kconfig.extra) : NULL,
		"has_vmlinux", req->vmlinux != NULL, "vmlinux_stripped",
		req->vmlinux != NULL, "has_btf", has_btf, "has_bpf_tools",
		req->bpf_dir != NULL, "compilers_asked",
		s ? or_null(s->compilers) : NULL, "compiler",
		config_string(&config, "CONFIG_CC_VERSION_TEXT"), "pahole",
		config_string(&config, "CONFIG_PAHOLE_VERSION"), "tool_version",
		KTSTR_VERSION, "files", files);
	if (!meta || add_base(meta, s) < 0)
		r = why_set(reterr_why, -ENOMEM, "out of memory");
	if (r == 0)
		r = add_identity(meta, req, reterr_why);
	if (r == 0)
		r = add_vmlinux_facts(meta, req, reterr_why);
	if (r < 0)
		json_decref(meta);
	else
		*ret = meta;
	return r;
}
