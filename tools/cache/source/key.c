/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/resolve.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define COMMIT_DIGITS  12
#define CONTENT_DIGITS 16
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

char *source_key(const struct source *s)
{
	auto_str struct str key = { 0 };

	if (s->kind == SOURCE_DIRECTORY && s->state.dirty)
		str_addf(&key, "local-%.*s-dirty%.*s-%s-", COMMIT_DIGITS,
			 s->state.hash, COMMIT_DIGITS, s->state.fingerprint,
			 s->arch);
	else if (s->kind == SOURCE_DIRECTORY)
		str_addf(&key, "local-%.*s-%s-", COMMIT_DIGITS, s->state.hash,
			 s->arch);
	else if (s->kind == SOURCE_RELEASE)
		str_addf(&key, "%s-tarball-%s-", s->version, s->arch);
	else
		str_addf(&key, "tarball-%.*s-%s-", CONTENT_DIGITS, s->sha256,
			 s->arch);
	if (s->kind == SOURCE_DIRECTORY && *s->state.base)
		str_addf(&key, "cfg%s-", s->state.base);
	kconfig_format(&key, &s->kconfig);
	return str_take(&key);
}
