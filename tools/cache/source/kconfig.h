/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kconfig.h - which fragments a kernel is built with, and their hash. */
#pragma once

#include "tools/cache/source/compilers.h"
#include "tools/cache/source/state.h"
#include "tools/lib/str.h"

/* Bytes of a base's name. */
#define KCONFIG_BASE_SIZE 8
/* The one that is taken when none is asked for. */
#define KCONFIG_BASE_DEFAULT "tiny"

/**
 * struct kconfig - what a configuration is made of
 * @base:    what the fragments are put upon where the user has no .config:
 *	     "tiny" or "def", for make tinyconfig or defconfig
 * @cc:      mark of the compilers, see compilers_read(); by them kbuild decides
 *	     what can be configured
 * @builtin: CRC32 of what ktstr.config and ARCH.config say, merged; comments
 *	     and order of files do not count
 * @extra:   the same of the user's fragment, or ""
 */
struct kconfig {
	char base[KCONFIG_BASE_SIZE];
	char cc[COMPILERS_MARK_SIZE];
	char builtin[STATE_CRC_SIZE];
	char extra[STATE_CRC_SIZE];
};

/**
 * kconfig_folder() - where ktstr.config and its companions are
 * @option: --kconfig-dir, or NULL
 * @ret:    the caller frees it; written only on success
 *
 * The first of: @option, $KTSTR_KCONFIG_DIR, ../share/ktstr/kconfig beside the
 * running program (installed), ../kconfig beside it (a checkout).
 *
 * Return: 0, or -ENOENT with a sentence.
 */
int kconfig_folder(const char *option, char **ret, struct why *reterr_why);

/**
 * kconfig_hash() - hash the fragments that are really used
 * @folder: from kconfig_folder()
 * @arch:   such as x86_64
 * @extra:  the user's fragment, or NULL
 *
 * Return: 0 or -errno with a sentence; -EINVAL has file:line:column.
 */
int kconfig_hash(const char *folder, const char *arch, const char *extra,
		 struct kconfig *ret, struct why *reterr_why);

/**
 * kconfig_base() - the base that $KTSTR_KCONFIG_BASE asks for
 *
 * tinyconfig, which is the default, or defconfig. Return: 0, or -EINVAL with a
 * sentence.
 */
int kconfig_base(char ret[KCONFIG_BASE_SIZE], struct why *reterr_why);

/* Append "[CC-]kcHASH[-xkcHASH]", as keys and records have it. */
void kconfig_format(struct str *out, const struct kconfig *k);
