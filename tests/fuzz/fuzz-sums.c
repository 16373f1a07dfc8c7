/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mirror's sha256sums.asc: the first line is the file that is looked for, the
 * list follows. A sum that is found stands in a line of its own with that name;
 * the list with such a line more has the same sum, or two that differ.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/must.h"
#include "tools/cache/release/sums.h"
#include "tools/lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* sha256sum(1) of coreutils: a blank for text, an asterisk for binary. */
static bool has_line(const char *text, const char *hash, char mark,
		     const char *name)
{
	auto_str struct str line = { 0 };
	const char *at = text;

	str_addf(&line, "%s %c%s", hash, mark, name);
	for (; (at = strstr(at, str_text(&line))); at++) {
		const char *end = at + line.len;

		end += *end == '\r';
		if ((at == text || at[-1] == '\n') && (!*end || *end == '\n'))
			return true;
	}
	return false;
}

/* What is found in @text with a line more behind it. */
static int find_with(const char *text, const char *hash, const char *name)
{
	auto_str struct str more = { 0 };
	char got[HASH_HEX_SIZE];
	int r;

	str_addf(&more, "%s\n%s *%s\r\n", text, hash, name);
	r = sums_find(str_text(&more), name, got);
	must(r != 0 || strcmp(got, hash) == 0);
	return r;
}

static void check(const char *text, const char *name)
{
	char hash[HASH_HEX_SIZE], other[HASH_HEX_SIZE];
	int r = sums_find(text, name, hash);

	memset(other, 'a', sizeof(other) - 1);
	other[sizeof(other) - 1] = '\0';
	if (r == -ENOENT) {
		must(!has_line(text, other, ' ', name));
		must(find_with(text, other, name) == 0);
		return;
	}
	if (r == -EBADMSG) {
		must(find_with(text, other, name) == -EBADMSG);
		return;
	}
	must(r == 0 && strspn(hash, "0123456789abcdef") == strlen(hash));
	must(strlen(hash) == HASH_HEX_SIZE - 1);
	must(has_line(text, hash, ' ', name) ||
	     has_line(text, hash, '*', name));
	must(find_with(text, hash, name) == 0);
	if (strcmp(hash, other) != 0)
		must(find_with(text, other, name) == -EBADMSG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = strndup((const char *)data, size);
	char *list;

	must(text);
	list = strchr(text, '\n');
	if (!list)
		return 0;
	*list++ = '\0';
	/* We ask for names of tarballs. */
	if (*text && !strchr(text, '\r'))
		check(list, text);
	return 0;
}
