/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text must parse or be refused at an offset inside it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cpulist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	size_t at = 0;
	cpu_set_t set;

	if (text && cpulist_parse(text, &set, &at) < 0 && at > strlen(text))
		abort();
	free(text);
	return 0;
}
