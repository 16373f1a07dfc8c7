/* SPDX-License-Identifier: GPL-2.0-or-later */
/* variant-name.h - KERNEL/SCHEDULER/TEST/PRESET/PROFILE/CLOCK/sSEED, cut apart.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tools/lib/why.h"

enum variant_part {
	VARIANT_KERNEL,
	VARIANT_SCHEDULER,
	VARIANT_TEST,
	VARIANT_PRESET,
	VARIANT_PROFILE,
	VARIANT_CLOCK,
	VARIANT_SEED,
	VARIANT_PARTS,
};

/* Longest name, in bytes. */
#define VARIANT_NAME_MAX 3000

/**
 * struct variant_name - the parts of a name
 * @part, @len: in the text that was parsed; not NUL-terminated
 * @seed: from 0 to UINT32_MAX
 */
struct variant_name {
	const char *part[VARIANT_PARTS];
	size_t len[VARIANT_PARTS];
	uint64_t seed;
};

/**
 * variant_name_parse() - cut a name apart
 * @text, @len: the name, NUL-terminated or not
 *
 * Each part is safe as a file's name: not empty, no leading dot, no blank, no
 * control character.
 *
 * Return: 0, or -EINVAL with what is wrong ("it has 3 parts, ...").
 */
int variant_name_parse(const char *text, size_t len, struct variant_name *ret,
		       struct why *reterr_why);
