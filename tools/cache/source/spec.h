/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spec.h - the grammar of kernel specs, what KERNEL= takes. */
#pragma once

#include "tools/lib/why.h"

/**
 * enum spec_kind - what a kernel spec is, by its text alone
 * @SPEC_PATH:    has a "/", or starts with "." or "~"; or such a file exists
 * @SPEC_VERSION: MAJOR.MINOR[.PATCH][-rcN], or the word "latest"
 * @SPEC_RANGE:   VERSION..VERSION
 * @SPEC_GIT:     git+URL#REF or git+URL@REF
 * @SPEC_HOST:    the word "host"
 * @SPEC_KEY:     anything else: the key of a cache entry
 */
enum spec_kind {
	SPEC_PATH,
	SPEC_VERSION,
	SPEC_RANGE,
	SPEC_GIT,
	SPEC_HOST,
	SPEC_KEY,
};

/* What @text is. */
enum spec_kind spec_kind(const char *text);

/* Refuse a range, and no text. Return: 0 or -EINVAL with a sentence. */
int spec_check_single(const char *text, struct why *reterr_why);
