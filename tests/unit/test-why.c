/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/why.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/t.h"

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

TEST(a_sentence_and_its_error_are_kept)
{
	struct why why;

	CHECK_INT(why_set(&why, -ENOENT, "cannot read '%s'", "x"), -ENOENT);
	CHECK(strcmp(why.text, "cannot read 'x'") == 0);
	CHECK_INT(why.error, -ENOENT);
	CHECK_INT(why_set(NULL, -EIO, "no"), -EIO);
}

TEST(of_a_long_sentence_begin_and_end_are_kept)
{
	char name[3000], fits[sizeof(((struct why *)NULL)->text)];
	struct why why;

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	CHECK_INT(why_set(&why, -EACCES, "cannot read '%s': denied", name),
		  -EACCES);
	CHECK_INT(strlen(why.text), sizeof(why.text) - 1);
	CHECK(strncmp(why.text, "cannot read 'xxx", 16) == 0);
	CHECK(strstr(why.text, "xxx...xxx") != NULL);
	CHECK(ends_with(why.text, "xxx': denied"));

	memset(fits, 'y', sizeof(fits));
	fits[sizeof(fits) - 1] = '\0';
	why_set(&why, -EACCES, "%s", fits);
	CHECK(strcmp(why.text, fits) == 0);
}

TEST(no_character_is_cut_in_two)
{
	char name[1200];

	for (size_t i = 0; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "\xC3\xA4", 3);
	for (size_t shift = 0; shift < 4; shift++) {
		struct why why;
		const char *gap;

		why_set(&why, -EACCES, "%s%s%s", &"xxx"[shift], name,
			&"yyy"[3 - shift % 2]);
		gap = strstr(why.text, "...");
		CHECK(gap && (unsigned char)gap[-1] == 0xA4);
		CHECK(gap && (unsigned char)gap[3] == 0xC3);
	}
}
