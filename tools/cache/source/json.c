/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/source/source.h"

static const char *const kind_name[] = {
	[SOURCE_DIRECTORY] = "directory",
	[SOURCE_TARBALL] = "tarball",
	[SOURCE_KEY] = "key",
	[SOURCE_RELEASE] = "release",
	[SOURCE_GIT] = "git",
	[SOURCE_HOST] = "host",
	[SOURCE_IMAGE] = "image",
};

/* "" is null outside. */
static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

json_t *source_to_json(const struct source *s)
{
	auto_str struct str kconfig = { 0 };
	json_t *state;
	bool configured;

	source_add_config(&kconfig, s);
	configured = strcmp(s->state.record, str_text(&kconfig)) == 0;
	state = json_pack(
		"{s:b, s:b, s:s?, s:s?, s:s?, s:s?, s:s?}", "git", s->state.git,
		"dirty", s->state.dirty, "hash", or_null(s->state.hash),
		"fingerprint", or_null(s->state.fingerprint), "config",
		or_null(s->state.config), "base", or_null(s->state.base),
		"record", or_null(s->state.record));
	return json_pack(
		"{s:s, s:s?, s:s?, s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:s, s:s?, s:s?, "
		"s:s?, s:s?, s:s?, s:s?, s:b, s:o, s:s?}",
		"kind", kind_name[s->kind], "key", s->key, "identity",
		s->identity, "label", s->label, "path", s->path, "url", s->url,
		"ref", s->ref, "build", s->build, "version",
		or_null(s->version), "arch", s->arch, "sha256",
		or_null(s->sha256), "kconfig_base", or_null(s->kconfig.base),
		"compilers_asked", or_null(s->compilers), "compilers_mark",
		or_null(s->kconfig.cc), "kconfig_hash",
		or_null(s->kconfig.builtin), "extra_kconfig_hash",
		or_null(s->kconfig.extra), "configured", configured, "state",
		state, "hint", s->hint);
}

/* Copy the string called @name to @ret; false when it does not fit. */
static bool get_fixed(const json_t *o, const char *name, char *ret, size_t size)
{
	const char *text = json_string_value(json_object_get(o, name));
	int n = snprintf(ret, size, "%s", text ? text : "");

	return n >= 0 && (size_t)n < size;
}

/* A copy of the string called @name, or NULL when it is null. */
static char *get(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	size_t room = text ? strlen(text) + 1 : 0;

	/* Null for want of memory would be another state. */
	return text ? memcpy(memory_or_die(room), text, room) : NULL;
}

static bool from_json(const json_t *o, struct source *s)
{
	const char *kind = json_string_value(json_object_get(o, "kind"));
	const json_t *state = json_object_get(o, "state");
	struct state *st = &s->state;

	if (!kind)
		return false;
	while (strcmp(kind, kind_name[s->kind]) != 0) {
		if (++s->kind > SOURCE_IMAGE)
			return false;
	}
	s->path = get(o, "path");
	s->url = get(o, "url");
	s->ref = get(o, "ref");
	s->build = get(o, "build");
	s->key = get(o, "key");
	s->identity = get(o, "identity");
	s->label = get(o, "label");
	s->version = get(o, "version");
	s->compilers = get(o, "compilers_asked");
	s->hint = get(o, "hint");
	st->git = json_is_true(json_object_get(state, "git"));
	st->dirty = json_is_true(json_object_get(state, "dirty"));
	return (s->path || s->url) && s->label &&
	       (s->kind != SOURCE_GIT || (s->url && s->ref)) &&
	       get_fixed(o, "arch", s->arch, sizeof(s->arch)) &&
	       get_fixed(o, "sha256", s->sha256, sizeof(s->sha256)) &&
	       get_fixed(o, "kconfig_base", s->kconfig.base,
			 sizeof(s->kconfig.base)) &&
	       get_fixed(o, "compilers_mark", s->kconfig.cc,
			 sizeof(s->kconfig.cc)) &&
	       get_fixed(o, "kconfig_hash", s->kconfig.builtin,
			 sizeof(s->kconfig.builtin)) &&
	       get_fixed(o, "extra_kconfig_hash", s->kconfig.extra,
			 sizeof(s->kconfig.extra)) &&
	       get_fixed(state, "hash", st->hash, sizeof(st->hash)) &&
	       get_fixed(state, "fingerprint", st->fingerprint,
			 sizeof(st->fingerprint)) &&
	       get_fixed(state, "config", st->config, sizeof(st->config)) &&
	       get_fixed(state, "base", st->base, sizeof(st->base)) &&
	       get_fixed(state, "record", st->record, sizeof(st->record));
}

int source_read(const char *path, struct source *ret, struct why *reterr_why)
{
	auto_source struct source s = { 0 };
	json_error_t error;
	json_t *o = json_load_file(path, 0, &error);
	bool good;

	if (!o && json_error_code(&error) == json_error_cannot_open_file)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", path,
			       strerror(errno));
	if (!o)
		return why_set(reterr_why, -EINVAL, "%s:%d:%d: %s", path,
			       error.line, error.column, error.text);
	good = from_json(o, &s);
	json_decref(o);
	if (!good)
		return why_set(reterr_why, -EINVAL,
			       "'%s' is no probe file of ktstr-cache resolve",
			       path);
	*ret = s;
	s = (struct source){ 0 };
	return 0;
}
