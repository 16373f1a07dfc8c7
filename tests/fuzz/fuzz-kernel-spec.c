/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What KERNEL= takes: a key that passes is a file name that hides nothing, a
 * version is written as what it was read from, a range goes upwards.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cache/release/version.h"
#include "tools/cache/source/spec.h"
#include "tools/lib/cachekey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_version(const char *text)
{
	struct version v, again, from, to;
	struct why why = { .text = "" };
	char written[VERSION_SIZE];

	if (version_parse(text, &v) == 0) {
		version_format(&v, written);
		if (version_parse(written, &again) < 0 ||
		    version_compare(&v, &again) != 0)
			abort();
	}
	if (version_range(text, &from, &to, &why) == 0) {
		if (version_compare(&from, &to) > 0)
			abort();
	} else if (!why.text[0]) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct why why = { .text = "" };

	if (!text)
		return 0;
	if (key_check(text, &why) == 0) {
		if (!*text || *text == '.' || *text == '-' ||
		    strchr(text, '/') || strlen(text) > 200)
			abort();
	} else if (!why.text[0]) {
		abort();
	}
	if (spec_kind(text) > SPEC_KEY)
		abort();
	check_version(text);
	free(text);
	return 0;
}
