/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes must be searched as a kernel's type information, or be called none.
 * The structures asked for are those of the saved inputs.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/guest/btf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const wanted[][2] = { { "one", "a" },
						 { "two", "bits" },
						 { "none", "a" } };
	char *copy = malloc(size + 1);
	struct btf_view view = { copy, size };

	if (!copy)
		abort();
	/* Its end is that of the memory, so that a sanitizer sees reads behind
	 * it. */
	memcpy(copy, data, size);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		uint32_t id = 0, at = UINT32_MAX;
		int r = btf_member(&view, wanted[i][0], wanted[i][1], &id, &at);

		if (r == 0 ? id == 0 || at > UINT32_MAX / 8
			   : r != -ENOENT && r != -EINVAL)
			abort();
	}
	free(copy);
	return 0;
}
