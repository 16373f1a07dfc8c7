/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/variant-name.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/num.h"

static const char *const part_names[VARIANT_PARTS] = {
	"kernel", "scheduler", "test", "preset", "profile", "clock", "seed",
};

static int check_part(const char *part, size_t len, const char *what,
		      struct why *reterr_why)
{
	if (len == 0)
		return why_set(reterr_why, -EINVAL, "its %s is empty", what);
	if (*part == '.')
		return why_set(reterr_why, -EINVAL, "its %s begins with a dot",
			       what);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)part[i];

		if (c <= ' ' || c == 0x7f)
			return why_set(reterr_why, -EINVAL,
				       "its %s has a blank or a control "
				       "character",
				       what);
	}
	return 0;
}

static bool is_word(const char *part, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(part, word, len) == 0;
}

static int read_seed(const char *part, size_t len, uint64_t *ret,
		     struct why *reterr_why)
{
	char digits[16];

	if (part[0] == 's' && len - 1 < sizeof(digits)) {
		memcpy(digits, part + 1, len - 1);
		digits[len - 1] = '\0';
		if (num_parse(digits, 0, UINT32_MAX, ret) == 0)
			return 0;
	}
	return why_set(reterr_why, -EINVAL,
		       "it does not end in a seed from s0 to s%u", UINT32_MAX);
}

int variant_name_parse(const char *text, size_t len, struct variant_name *ret,
		       struct why *reterr_why)
{
	struct variant_name name = { 0 };
	size_t parts = 1, at = 0;
	int r;

	if (len > VARIANT_NAME_MAX)
		return why_set(reterr_why, -EINVAL, "it is longer than %d",
			       VARIANT_NAME_MAX);
	for (size_t i = 0; i < len; i++)
		parts += text[i] == '/';
	if (parts != VARIANT_PARTS)
		return why_set(reterr_why, -EINVAL,
			       "it has %zu part%s, KERNEL/SCHEDULER/TEST/"
			       "PRESET/PROFILE/CLOCK/sSEED has %d",
			       parts, parts == 1 ? "" : "s", VARIANT_PARTS);
	for (size_t i = 0; i < VARIANT_PARTS; i++) {
		const char *slash = memchr(text + at, '/', len - at);

		name.part[i] = text + at;
		name.len[i] = slash ? (size_t)(slash - text) - at : len - at;
		r = check_part(name.part[i], name.len[i], part_names[i],
			       reterr_why);
		if (r < 0)
			return r;
		at += name.len[i] + 1;
	}
	if (!is_word(name.part[VARIANT_CLOCK], name.len[VARIANT_CLOCK],
		     "virtual") &&
	    !is_word(name.part[VARIANT_CLOCK], name.len[VARIANT_CLOCK], "real"))
		return why_set(reterr_why, -EINVAL,
			       "its clock is neither virtual nor real");
	r = read_seed(name.part[VARIANT_SEED], name.len[VARIANT_SEED],
		      &name.seed, reterr_why);
	if (r == 0)
		*ret = name;
	return r;
}
