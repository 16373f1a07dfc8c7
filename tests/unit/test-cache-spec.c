/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/spec.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/cachekey.h"

TEST(tells_kinds_by_the_text)
{
	static const struct {
		const char *text;
		enum spec_kind kind;
	} row[] = {
		{ "6.12", SPEC_VERSION },
		{ "6.12.3", SPEC_VERSION },
		{ "6.12-rc1", SPEC_VERSION },
		{ "6.12.3-rc10", SPEC_VERSION },
		{ "latest", SPEC_VERSION },
		{ "6", SPEC_KEY },
		{ "6.", SPEC_KEY },
		{ "6.12-rc", SPEC_KEY },
		{ "6.12.", SPEC_KEY },
		{ "6.12-mine", SPEC_KEY },
		{ "6.9..6.12", SPEC_RANGE },
		{ "6.9.1..6.12-rc2", SPEC_RANGE },
		{ "6.9..", SPEC_KEY },
		{ "6.9..x", SPEC_KEY },
		{ "git+https://h/l#v6", SPEC_GIT },
		{ "git+file:///l@a/b", SPEC_GIT },
		{ "./linux", SPEC_PATH },
		{ "..", SPEC_PATH },
		{ "~/linux", SPEC_PATH },
		{ "a/b", SPEC_PATH },
		{ "./6.12", SPEC_PATH },
		{ "host", SPEC_HOST },
		{ "hosts", SPEC_KEY },
		{ "local-0123-x86_64-kc1", SPEC_KEY },
		{ "", SPEC_KEY },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		printf("# %s\n", row[i].text);
		CHECK_INT(spec_kind(row[i].text), row[i].kind);
	}
}

TEST(refuses_what_stands_for_several)
{
	struct why why;

	CHECK_INT(spec_check_single("./linux", &why), 0);
	CHECK_INT(spec_check_single("key", &why), 0);
	CHECK_INT(spec_check_single("6.12", &why), 0);
	CHECK_INT(spec_check_single("latest", &why), 0);
	CHECK_INT(spec_check_single("6.1..6.2", &why), -EINVAL);
	CHECK(strstr(why.text, "'6.1..6.2' stands for several kernels"));
	CHECK_INT(spec_check_single("git+x", &why), 0);
	CHECK_INT(spec_check_single("host", &why), 0);
}

TEST(keys_are_file_names_that_are_not_hidden)
{
	char text[202];
	struct why why;

	CHECK_INT(key_check("local-01ab-x86_64-kc1-xkc2", &why), 0);
	CHECK_INT(key_check("a.b+c_d", &why), 0);
	CHECK_INT(key_check("", &why), -EINVAL);
	CHECK_INT(key_check(".tmp", &why), -EINVAL);
	CHECK_INT(key_check("..", &why), -EINVAL);
	CHECK_INT(key_check("-x", &why), -EINVAL);
	CHECK_INT(key_check("a/b", &why), -EINVAL);
	CHECK_INT(key_check("a b", &why), -EINVAL);
	CHECK_INT(key_check("a\nb", &why), -EINVAL);
	CHECK_INT(key_check("\xc3\xa4", &why), -EINVAL);
	memset(text, 'a', sizeof(text));
	text[200] = '\0';
	CHECK_INT(key_check(text, &why), 0);
	text[200] = 'a';
	text[201] = '\0';
	CHECK_INT(key_check(text, &why), -EINVAL);
}
