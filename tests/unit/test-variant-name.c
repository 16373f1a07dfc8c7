/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/variant-name.h"

static int parse(const char *text, struct variant_name *ret, struct why *why)
{
	return variant_name_parse(text, strlen(text), ret, why);
}

TEST(a_name_is_cut_into_its_parts)
{
	static const char *const parts[VARIANT_PARTS] = {
		"6.12.1-rc1", "qmap", "a_b", "numa2-4llc",
		"llc+steal",  "real", "s17"
	};
	struct variant_name n;
	struct why why;

	CHECK_INT(parse("6.12.1-rc1/qmap/a_b/numa2-4llc/llc+steal/real/s17", &n,
			&why),
		  0);
	CHECK_INT(n.seed, 17);
	for (size_t i = 0; i < VARIANT_PARTS; i++) {
		CHECK_INT(n.len[i], strlen(parts[i]));
		CHECK(memcmp(n.part[i], parts[i], n.len[i]) == 0);
	}
	CHECK_INT(parse("k/s/t/p/f/virtual/s0", &n, &why), 0);
	CHECK_INT(n.seed, 0);
	CHECK_INT(parse("k/s/t/p/f/virtual/s4294967295", &n, &why), 0);
	CHECK_INT(n.seed, 4294967295);
}

TEST(nothing_behind_its_length_is_looked_at)
{
	struct variant_name n;
	struct why why;

	CHECK_INT(variant_name_parse("k/s/t/p/f/real/s12/..", 18, &n, &why), 0);
	CHECK_INT(n.seed, 12);
}

TEST(what_is_no_name_is_refused)
{
	static const char *const bad[] = {
		"",
		"/",
		"//////",
		"k/s/t/p/f/virtual",
		"k/s/t/p/f/virtual/s1/x",
		"k/s/t/p/f/virtual/",
		"k/s/t/p/f/virtual/s",
		"k/s/t/p/f/virtual/s+1",
		"k/s/t/p/f/virtual/s00000000000000000001",
		"k/s/t/p/f/virtual/1",
		"k/s/t/p/f/virtua/s1",
		"k/s/t/p/f/virtually/s1",
		"k/s/t/p//virtual/s1",
		"./s/t/p/f/virtual/s1",
		"k/../t/p/f/virtual/s1",
		"k/s/.t/p/f/virtual/s1",
		"k/s/t t/p/f/virtual/s1",
		"k/s/t\tt/p/f/virtual/s1",
		"k/s/t/p/f\x7f/virtual/s1",
	};
	struct variant_name n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct why why = { .text = "" };

		CHECK_INT(parse(bad[i], &n, &why), -EINVAL);
		CHECK(why.text[0]);
		CHECK_INT(parse(bad[i], &n, NULL), -EINVAL);
	}
}
