/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KERNEL= takes: a key that passes is a file name that hides nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cache/source/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct why why = { "" };

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
	free(text);
	return 0;
}
