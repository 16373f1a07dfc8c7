/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/resolve.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/git/remote-git.h"

#define COMMIT_DIGITS  12
#define CONTENT_DIGITS 12
#define LABEL_DIGITS   6

/*
 * Name @path for people: the last part of it without the tarball's endings,
 * then @unique, then @mark.
 */
char *source_label(const char *path, const char *unique, const char *mark)
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

/* What names the source, up to its last dash. */
static void add_source(struct str *key, const struct source *s)
{
	switch (s->kind) {
	case SOURCE_DIRECTORY:
		str_addf(key, "local-%.*s-", COMMIT_DIGITS, s->state.hash);
		if (s->state.dirty)
			str_addf(key, "dirty%.*s-", COMMIT_DIGITS,
				 s->state.fingerprint);
		break;
	case SOURCE_RELEASE:
		str_addf(key, "%s-tarball-", s->version);
		break;
	case SOURCE_TARBALL:
		str_addf(key, "%s-file-%.*s-", s->version, CONTENT_DIGITS,
			 s->sha256);
		break;
	case SOURCE_GIT:
		remote_git_add_ref(key, s->ref);
		str_addf(key, "-git-%.*s-", COMMIT_DIGITS, s->state.hash);
		break;
	case SOURCE_HOST:
	case SOURCE_IMAGE:
		str_add(key, s->kind == SOURCE_HOST ? "host-" : "image-");
		remote_git_add_ref(key, s->version);
		str_addf(key, "-%.*s-", CONTENT_DIGITS, s->sha256);
		break;
	case SOURCE_KEY:
		break;
	}
}

void source_add_base(struct str *out, const struct source *s)
{
	if (s->kind == SOURCE_DIRECTORY && *s->state.base)
		str_addf(out, "cfg%s", s->state.base);
	else
		str_add(out, s->kconfig.base);
}

void source_add_config(struct str *out, const struct source *s)
{
	source_add_base(out, s);
	str_add(out, "-");
	kconfig_format(out, &s->kconfig);
}

char *source_key(const struct source *s)
{
	auto_str struct str key = { 0 };

	add_source(&key, s);
	str_add(&key, s->arch);
	/* What is built already has none of our configuration. */
	if (s->kind != SOURCE_HOST && s->kind != SOURCE_IMAGE) {
		str_add(&key, "-");
		source_add_config(&key, s);
	}
	return str_take(&key);
}

void source_mark(const struct source *s, char ret[SOURCE_MARK_SIZE])
{
	bool theirs = s->kind == SOURCE_DIRECTORY && *s->state.base;
	bool def = !theirs && strcmp(s->kconfig.base, "def") == 0;

	snprintf(ret, SOURCE_MARK_SIZE, "%s%s%s%s%s", def ? "_defconfig" : "",
		 *s->kconfig.cc ? "_" : "", s->kconfig.cc,
		 *s->kconfig.extra ? "_xkc" : "", s->kconfig.extra);
}
