/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes must be a variant's name or be refused with a reason; the parts of
 * one, put together again, are the name, and each is safe in a path. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/variant-name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *at = text;
	struct why why = { .text = "" };
	struct variant_name n;

	if (variant_name_parse(text, size, &n, &why) < 0) {
		if (!why.text[0])
			abort();
		return 0;
	}
	for (size_t i = 0; i < VARIANT_PARTS; i++) {
		if (n.part[i] != at || n.len[i] == 0 || *at == '.' ||
		    memchr(at, '/', n.len[i]) || memchr(at, '\0', n.len[i]))
			abort();
		at += n.len[i];
		if (i + 1 < VARIANT_PARTS && *at++ != '/')
			abort();
	}
	if (at != text + size || n.seed > UINT32_MAX)
		abort();
	return 0;
}
