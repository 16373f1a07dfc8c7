/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/kconfig/check.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"

static char path[] = "/tmp/test-kconfig-check.XXXXXX";

static void write_file(const char *text)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	CHECK_INT(file_write_all(fd, text, strlen(text)), 0);
	CHECK_INT(close(fd), 0);
}

TEST(reads_the_list_and_names_all_that_is_missing)
{
	auto_conf struct conf c = { 0 };
	auto_str struct str out = { 0 };
	const struct conf_line m = { .name = (char *)"CONFIG_B",
				     .value = (char *)"m",
				     .file = (char *)"f" };
	struct required *list = NULL;
	struct why why;

	write_file("# comment\n\n  CONFIG_A |  first | hint \n"
		   "CONFIG_B|second");
	CHECK_INT(required_read(path, &list, &why), 2);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(conf_set(&c, &m), 0);
	CHECK_INT(required_missing(&c, list, &out), 2);
	CHECK(strcmp(str_text(&out), "CONFIG_A is off: first | hint\n"
				     "CONFIG_B is off: second\n") == 0);
	required_free(list);
}

TEST(refuses_lines_that_are_no_requirement)
{
	static const char *const bad[] = { "CONFIG_A", "CONFIG_A |", "A | b",
					   "| b" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char copy[sizeof(path)];
		struct required *list;
		struct why why;

		memcpy(copy, path, sizeof(path));
		write_file(bad[i]);
		CHECK_INT(required_read(path, &list, &why), -EINVAL);
		CHECK(strstr(why.text, ":1:1: expected"));
		CHECK_INT(unlink(path), 0);
		memcpy(path, copy, sizeof(path));
	}
}
