/* SPDX-License-Identifier: GPL-2.0-or-later */
/* releases.h - which versions of Linux are maintained: releases.json. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/cache/release/version.h"
#include "tools/lib/why.h"

/**
 * struct release - one row of the list
 * @moniker: stable, longterm, mainline, linux-next, ...
 * @text:    the version as it is there
 * @version: the same, if @is_version
 * @is_eol:  the last release of a series that is over
 */
struct release {
	char *moniker, *text;
	struct version version;
	bool is_version, is_eol;
};

/**
 * struct releases - the list, in its own order
 * @dropped: rows without moniker or version
 */
struct releases {
	struct release *release;
	size_t count, dropped;
};

#define auto_releases __attribute__((cleanup(releases_done)))

void releases_done(struct releases *r);

/**
 * releases_load() - the mirror's list, see mirror.h
 * @root: the cache, which keeps it for ten minutes
 * @ret:  releases_done() it; written only on success
 *
 * An older one that the cache has is taken when the mirror cannot be asked, or
 * KTSTR_OFFLINE is set; its age is said. Rows that are dropped are counted in
 * one warning.
 *
 * Return: 0, or with a sentence an error of http_get(), or -EBADMSG when what
 * came is no such list.
 */
int releases_load(const char *root, struct releases *ret,
		  struct why *reterr_why);

/* The same from what the cache has, however old; nobody is asked. Return: 0, or
 * -ENOENT when it has none. */
int releases_kept(const char *root, struct releases *ret);

/* The same from text, for releases_load() and tests. Return: 0, -EBADMSG or
 * -ENOMEM. */
int releases_parse(const char *text, size_t len, struct releases *ret,
		   struct why *reterr_why);

/**
 * releases_is_active() - is the series of @version maintained still?
 * @version: such as 6.14.2; what follows its minor number does not matter
 *
 * It is if any row but those of linux-next has its major and minor number.
 * Return: true also when the list is empty, or @version is no version: nothing
 * is known then.
 */
bool releases_is_active(const struct releases *r, const char *version);

/* The highest release of the series of @v, without rcs; NULL if none. */
const struct release *releases_newest(const struct releases *r,
				      const struct version *v);
