/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/release/releases.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/cache/release/sums.h"

static const char feed[] =
	"{\"releases\": ["
	"{\"moniker\": \"mainline\", \"version\": \"6.15-rc3\"},"
	"{\"moniker\": \"stable\", \"version\": \"6.14.3\"},"
	"{\"moniker\": \"stable\", \"version\": \"6.13.12\", \"iseol\": true},"
	"{\"moniker\": \"longterm\", \"version\": \"6.12.24\", \"iseol\": false},"
	"{\"moniker\": \"longterm\", \"version\": \"6.12.9\"},"
	"{\"moniker\": \"linux-next\", \"version\": \"6.16.1\"},"
	"{\"moniker\": \"odd\", \"version\": \"next-20250416\"},"
	"{\"moniker\": \"stable\", \"version\": 6},"
	"{\"moniker\": \"stable\", \"version\": \"6.13\\u0007\"},"
	"{\"moniker\": \"\", \"version\": \"6.13.1\"},"
	"{\"version\": \"6.13.1\"}, null ]}";

static struct releases load(void)
{
	struct releases r;
	struct why why;

	CHECK_INT(releases_parse(feed, strlen(feed), &r, &why), 0);
	return r;
}

TEST(drops_and_counts_rows_that_lack_something)
{
	struct releases r = load();

	CHECK_INT(r.count, 7);
	CHECK_INT(r.dropped, 5);
	CHECK(!r.release[6].is_version);
	releases_done(&r);
	CHECK_INT(r.count, 0);
}

TEST(a_series_is_active_while_the_list_has_it)
{
	static const struct {
		const char *version;
		bool active;
	} row[] = {
		{ "6.14.2", true },
		{ "6.14", true },
		{ "6.15.1", true },
		{ "6.12.24-mine", true },
		{ "6.99.7-fake", false },
		{ "6.13.12", false }, /* in the list, and at its end */
		{ "6.1.2", false },
		{ "6.16.1", false }, /* linux-next does not count */
		{ "5.14.3", false },
		{ "mine", true },
		{ "", true },
		{ "6", true },
		{ "6.", true },
		{ "99999999999999999999.1", true },
	};
	struct releases r = load(), none = { 0 };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		printf("# %s\n", row[i].version);
		CHECK_INT(releases_is_active(&r, row[i].version),
			  row[i].active);
		CHECK(releases_is_active(&none, row[i].version));
	}
	releases_done(&r);
}

TEST(the_newest_of_a_series_is_no_pre_release)
{
	struct releases r = load();
	struct version v = { .major = 6, .minor = 12 };

	CHECK(strcmp(releases_newest(&r, &v)->text, "6.12.24") == 0);
	v.minor = 15;
	CHECK(!releases_newest(&r, &v));
	v.minor = 16;
	CHECK(!releases_newest(&r, &v));
	releases_done(&r);
}

TEST(what_is_no_list_is_refused)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"releases\": {}}",
		"{\"releases\": [",
		"{\"releases\": []} x",
		"\xff",
		"{\"releases\": [], \"releases\": []}",
	};
	struct releases r;
	struct why why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		printf("# %s\n", bad[i]);
		CHECK_INT(releases_parse(bad[i], strlen(bad[i]), &r, &why),
			  -EBADMSG);
		CHECK(*why.text);
	}
	CHECK_INT(releases_parse("{\"releases\": []}", 16, &r, &why), 0);
	CHECK_INT(r.count, 0);
	releases_done(&r);
}

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

TEST(a_checksum_is_that_of_exactly_this_name)
{
	static const struct {
		const char *text;
		int error;
	} row[] = {
		{ A64 "  f\n", 0 },
		{ A64 "  f", 0 },
		{ A64 " *f\r\n", 0 },
		{ "x\n" B64 "  g\n" A64 "  f\n", 0 },
		{ A64 "  f\n" A64 "  f\n", 0 },
		{ A64 "  f\n" B64 "  f\n", -EBADMSG },
		{ A64 "  ff\n" A64 "  ./f\n", -ENOENT },
		{ A64 "a  f\n", -ENOENT },
		{ "A" A64 "  f\n", -ENOENT },
		{ A64 " f\n" A64 "\n" A64, -ENOENT },
		{ "", -ENOENT },
	};
	char hash[HASH_HEX_SIZE];

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		printf("# %s\n", row[i].text);
		CHECK_INT(sums_find(row[i].text, "f", hash), row[i].error);
		CHECK(row[i].error || strcmp(hash, A64) == 0);
	}
}
