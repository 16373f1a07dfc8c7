/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log of the verifier, which is a scheduler's text: numbers are read of it or
 * are zeroes; and without what repeats it begins as before, and is whole lines.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/verifier-log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_numbers(const char *log, size_t len)
{
	static const struct verifier_numbers none;
	struct verifier_numbers n;
	int r = verifier_numbers_parse(log, len, &n);

	if ((r != 0 && r != -ENOENT) ||
	    !memchr(n.stack, '\0', sizeof(n.stack)) ||
	    (r != 0 && memcmp(&n, &none, sizeof(n)) != 0))
		abort();
	if (r == 0 && !memmem(log, len, "processed ", strlen("processed ")))
		abort();
}

static bool begins(const char *text, const char *log, size_t first)
{
	return memcmp(text, log, first) == 0 && text[first] == '\n';
}

/* What is told of lines that were left out is shorter than they. */
static void check_collapsed(const char *log, size_t len, const struct str *part)
{
	const char *newline = memchr(log, '\n', len), *text = str_text(part);
	size_t first = newline ? (size_t)(newline - log) : len;

	if (part->failed || part->len > len + 1)
		abort();
	if (len == 0)
		return;
	if (part->len <= first || text[part->len - 1] != '\n')
		abort();
	/* Before a line that repeats stands how often, and that may repeat. */
	while (strncmp(text, "--- ", 4) == 0 && !begins(text, log, first))
		text = strchr(text, '\n') + 1;
	if ((size_t)(text - str_text(part)) + first >= part->len ||
	    !begins(text, log, first))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_str struct str part = { 0 };

	check_numbers((const char *)data, size);
	verifier_collapse((const char *)data, size, &part);
	check_collapsed((const char *)data, size, &part);
	return 0;
}
