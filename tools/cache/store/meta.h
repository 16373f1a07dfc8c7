/* SPDX-License-Identifier: GPL-2.0-or-later */
/* meta.h - write an entry's metadata.json. */
#pragma once

#include <jansson.h>

#include "tools/cache/store/store.h"

/* What metadata.json says of the source of a build: source, kconfig_base and
 * others, a new reference; NULL when memory ran out. */
json_t *meta_of_source(const struct source *s);

/**
 * meta_make() - describe an entry
 * @work:    the folder with its files
 * @has_btf: the vmlinux has BTF
 * @ret:     a new reference
 *
 * Fields: see ktstr-cache(1), FILES. Return: 0 or -errno with a sentence.
 */
int meta_make(const struct store_request *req, const char *work, bool has_btf,
	      json_t **ret, struct why *reterr_why);
