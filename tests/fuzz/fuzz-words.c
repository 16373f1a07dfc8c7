/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text must be split into words, or be refused at a place in it; words that
 * are quoted and split again are the same. Any bytes must become clean text,
 * the same in pieces as at once, which stays as it is when cleaned again.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "tools/lib/utf8.h"
#include "tools/lib/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_words(const char *text)
{
	auto_words char **words = NULL;
	auto_words char **again = NULL;
	auto_str struct str quoted = { 0 };
	size_t at = 0;
	int n = words_split(text, &words, &at);

	if (n < 0) {
		if (n != -EINVAL || at >= strlen(text))
			abort();
		return;
	}
	if (words_count(words) != (size_t)n)
		abort();
	for (int i = 0; i < n; i++) {
		str_add(&quoted, i ? " " : "");
		words_quote(&quoted, words[i]);
	}
	if (words_split(str_text(&quoted), &again, &at) != n)
		abort();
	for (int i = 0; i < n; i++) {
		if (strcmp(words[i], again[i]) != 0 ||
		    !words_have(again, words[i]))
			abort();
	}
}

static void check_clean(const char *text, size_t len)
{
	auto_str struct str once = { 0 };
	auto_str struct str twice = { 0 };
	auto_str struct str pieces = { 0 };
	auto_str struct str whole = { 0 };
	struct utf8_stream s = { 0 }, all = { 0 };

	utf8_add_line(&once, text, len, 0);
	for (const char *p = str_text(&once); *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 127)
			abort();
	}
	utf8_add_line(&twice, str_text(&once), once.len, 0);
	if (strcmp(str_text(&once), str_text(&twice)) != 0)
		abort();
	utf8_add_stream(&all, &whole, text, len);
	utf8_end_stream(&all, &whole);
	for (size_t at = 0; at < len; at += 3)
		utf8_add_stream(&s, &pieces, text + at,
				len - at < 3 ? len - at : 3);
	utf8_end_stream(&s, &pieces);
	if (whole.len != pieces.len ||
	    strcmp(str_text(&whole), str_text(&pieces)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = strndup((const char *)data, size);

	if (!text)
		abort();
	check_words(text);
	check_clean((const char *)data, size);
	return 0;
}
