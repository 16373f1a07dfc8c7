/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/release/version.h"

#include <errno.h>

#include "tests/unit/t.h"

static const char huge[] = "18446744073709551615"; /* 2^64 - 1 */
static const char over[] = "18446744073709551616";

TEST(reads_and_writes_versions)
{
	static const struct {
		const char *text;
		int error;
		const char *again; /* NULL: as it was */
	} row[] = {
		{ "6.14", 0, NULL },
		{ "6.14.2", 0, NULL },
		{ "6.14.0", 0, NULL },
		{ "6.15-rc3", 0, NULL },
		{ "6.14.2-rc10", 0, NULL },
		{ "06.014.002", 0, "6.14.2" },
		{ "6", -EINVAL, NULL },
		{ "", -EINVAL, NULL },
		{ "6.", -EINVAL, NULL },
		{ ".6", -EINVAL, NULL },
		{ "6.14.", -EINVAL, NULL },
		{ "6.14.2.1", -EINVAL, NULL },
		{ "6.14-rc", -EINVAL, NULL },
		{ "6.14-rc3x", -EINVAL, NULL },
		{ "6.14-RC3", -EINVAL, NULL },
		{ "6.14-mine", -EINVAL, NULL },
		{ " 6.14", -EINVAL, NULL },
		{ "6.14 ", -EINVAL, NULL },
		{ "+6.14", -EINVAL, NULL },
		{ "6.-1", -EINVAL, NULL },
		{ "next-20250416", -EINVAL, NULL },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char text[VERSION_SIZE];
		struct version v;

		printf("# %s\n", row[i].text);
		CHECK_INT(version_parse(row[i].text, &v), row[i].error);
		if (row[i].error)
			continue;
		version_format(&v, text);
		CHECK(strcmp(text, row[i].again ? row[i].again : row[i].text) ==
		      0);
	}
}

TEST(numbers_have_64_bits)
{
	char text[VERSION_SIZE], again[VERSION_SIZE];
	struct version v;

	snprintf(text, sizeof(text), "%s.%s.%s-rc%s", huge, huge, huge, huge);
	CHECK_INT(version_parse(text, &v), 0);
	version_format(&v, again);
	CHECK(strcmp(text, again) == 0);
	snprintf(text, sizeof(text), "6.%s", over);
	CHECK_INT(version_parse(text, &v), -ERANGE);
	/* What is no version at all is said first. */
	snprintf(text, sizeof(text), "%s.x", over);
	CHECK_INT(version_parse(text, &v), -EINVAL);
	memset(text, '9', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[80] = '.';
	CHECK_INT(version_parse(text, &v), -ERANGE);
}

TEST(a_release_is_after_its_pre_releases)
{
	static const char *const ascending[] = {
		"5.19.17",  "6.0",   "6.1-rc1",	   "6.1-rc2", "6.1-rc10",
		"6.1",	    "6.1.1", "6.1.2",	   "6.1.10",  "6.2-rc1",
		"6.10-rc1", "6.10",  "6.10.1-rc1", "6.10.1",  "10.0",
	};
	size_t n = sizeof(ascending) / sizeof(ascending[0]);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++) {
			struct version a, b;
			int r;

			CHECK_INT(version_parse(ascending[i], &a), 0);
			CHECK_INT(version_parse(ascending[k], &b), 0);
			printf("# %s %s\n", ascending[i], ascending[k]);
			r = version_compare(&a, &b);
			CHECK_INT((r > 0) - (r < 0), (i > k) - (i < k));
		}
	}
}

TEST(a_missing_patch_is_zero)
{
	struct version a, b;

	CHECK_INT(version_parse("6.14", &a), 0);
	CHECK_INT(version_parse("6.14.0", &b), 0);
	CHECK_INT(version_compare(&a, &b), 0);
	CHECK(version_is_series(&a) && !version_is_series(&b));
	CHECK_INT(version_parse("6.14-rc1", &b), 0);
	CHECK(!version_is_series(&b) && version_is_same_series(&a, &b));
}

TEST(ranges_go_up)
{
	static const struct {
		const char *text, *said; /* NULL: it is one */
	} row[] = {
		{ "6.9..6.12", NULL },
		{ "6.9..6.9", NULL },
		{ "6.9.0..6.9", NULL },
		{ "6.9-rc1..6.9", NULL },
		{ "6.9.9..6.10", NULL },
		{ "6.9..6.9-rc1", "swap them: 6.9-rc1..6.9" },
		{ "6.12..6.9", "begins after its end; swap them: 6.9..6.12" },
		{ "6.9", "is no range" },
		{ "6.9..", "is no range" },
		{ "..6.9", "is no range" },
		{ "6.9...6.12", "is no range" },
		{ "6.9..6.10..6.11", "is no range" },
		{ "6.9..18446744073709551616.1", "a number is too large" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct version from, to;
		struct why why = { .text = "" };
		int r = version_range(row[i].text, &from, &to, &why);

		printf("# %s: %s\n", row[i].text, why.text);
		CHECK_INT(r, row[i].said ? -EINVAL : 0);
		CHECK(!row[i].said || strstr(why.text, row[i].said));
	}
}
