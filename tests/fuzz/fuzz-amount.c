/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text must be an amount or be complained of, at a place within it; what is
 * one must have a value or a reason on each machine. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/amount.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void eval(const struct amount *a)
{
	static const struct amount_machine machine[] = {
		{ 1, 1, 1, 1, 1, 1 },
		{ 4, 3, 2, 2, 2, 1024 },
		{ 512, 511, 64, 64, 0, 7 },
	};

	for (size_t i = 0; i < sizeof(machine) / sizeof(machine[0]); i++) {
		struct why why = { .text = "" };
		uint64_t value = UINT64_MAX;
		unsigned int n = 0;
		int r = amount_eval(a, &machine[i], &value, &why);

		if (r < 0 ? !why.text[0] : value > UINT64_C(1) << 53)
			abort();
		r = amount_eval_in(a, &machine[i], "it", 1, 64, &n, &why);
		if (r == 0 && (n < 1 || n > 64))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct amount a = { 0 };
	struct why why = { .text = "" };
	size_t offset = SIZE_MAX;

	if (!text)
		return 0;
	if (amount_parse(text, &a, &offset, &why) == 0) {
		if (!amount_is_set(&a) || a.count > AMOUNT_STEPS)
			abort();
		eval(&a);
	} else if (offset > strlen(text) || !why.text[0] || a.count) {
		abort();
	}
	free(text);
	return 0;
}
