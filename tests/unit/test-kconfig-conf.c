/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/kconfig/conf.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"

/* Read @text as a file called "f" into @c. */
static int read_text(struct conf *c, const char *text, struct why *why)
{
	char path[] = "/tmp/test-kconfig-conf.XXXXXX";
	int r, fd = mkstemp(path);

	CHECK(fd >= 0);
	CHECK_INT(file_write_all(fd, text, strlen(text)), 0);
	CHECK_INT(close(fd), 0);
	r = conf_read(c, path, "f", why);
	CHECK_INT(unlink(path), 0);
	return r;
}

TEST(reads_what_kconfig_writes)
{
	auto_conf struct conf c = { 0 };
	auto_str struct str out = { 0 };
	struct why why;

	CHECK_INT(read_text(&c,
			    "#\n# Automatically generated\n#\n\n"
			    "CONFIG_A=y\n  CONFIG_B=m \n"
			    "# CONFIG_C is not set\nCONFIG_D=n\n"
			    "CONFIG_S=\"a # b=c\"\nCONFIG_HEX=0x10\r\n"
			    "#CONFIG_NO=y\n# CONFIG_NO=y\n"
			    "# CONFIG_A is not set by us\nCONFIG_LAST=y",
			    &why),
		  0);
	conf_format(&out, &c);
	CHECK(strcmp(str_text(&out), "CONFIG_A=y\nCONFIG_B=m\n"
				     "# CONFIG_C is not set\n"
				     "# CONFIG_D is not set\n"
				     "CONFIG_S=\"a # b=c\"\nCONFIG_HEX=0x10\n"
				     "CONFIG_LAST=y\n") == 0);
	CHECK_INT(conf_find(&c, "CONFIG_B")->line, 6);
	CHECK(!conf_find(&c, "CONFIG_NO"));
}

TEST(names_the_place_of_a_bad_line)
{
	static const struct {
		const char *text, *place;
	} bad[] = {
		{ "A=y", "f:1:1: " },
		{ "\n\nCONFIG_A", "f:3:9: " },
		{ "CONFIG_A=\n", "f:1:9: " },
		{ "CONFIG_=y", "f:1:1: " },
		{ " CONFIG_A-B=y", "f:1:10: " },
		{ "config_a=y", "f:1:1: " },
		{ "CONFIG_A=\"", "f:1:10: " },
		{ "CONFIG_A=\"abc\n", "f:1:10: " },
		{ "CONFIG_A=\"abc\\\"", "f:1:10: " },
		{ "CONFIG_A=\"a\"b\"", "f:1:12: " },
		{ "CONFIG_A=\"a\" # b", "f:1:12: " },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_conf struct conf c = { 0 };
		struct why why;

		CHECK_INT(read_text(&c, bad[i].text, &why), -EINVAL);
		printf("# %s\n", why.text);
		CHECK(strncmp(why.text, bad[i].place, strlen(bad[i].place)) ==
		      0);
	}
}

TEST(the_last_value_wins_and_the_table_grows)
{
	auto_conf struct conf c = { 0 };
	char name[32];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 5000; i++) {
			struct conf_line line = {
				.name = name,
				.value = (char *)(round ? "y" : "m"),
				.file = (char *)"f",
				.line = (unsigned int)i,
			};

			snprintf(name, sizeof(name), "CONFIG_%d", i);
			CHECK_INT(conf_set(&c, &line), 0);
		}
	}
	CHECK_INT(c.count, 5000);
	CHECK(strcmp(conf_find(&c, "CONFIG_4999")->value, "y") == 0);
	CHECK(strcmp(c.line[0].name, "CONFIG_0") == 0);
	CHECK(!conf_find(&c, "CONFIG_5000"));
}

static void count(const struct conf_line *was, const struct conf_line *now,
		  void *data)
{
	CHECK(strcmp(was->name, now->name) == 0);
	++*(int *)data;
}

TEST(merging_tells_changes_and_nothing_else)
{
	auto_conf struct conf a = { 0 }, b = { 0 };
	int changes = 0;
	struct why why;

	CHECK_INT(read_text(&a, "CONFIG_A=y\nCONFIG_B=y\n", &why), 0);
	CHECK_INT(read_text(&b, "CONFIG_A=y\nCONFIG_B=n\nCONFIG_C=y\n", &why),
		  0);
	CHECK_INT(conf_merge(&a, &b, count, &changes), 0);
	CHECK_INT(changes, 1);
	CHECK_INT(a.count, 3);
}

TEST(an_option_that_is_absent_is_n)
{
	auto_conf struct conf c = { 0 };
	const struct conf_line no = { .name = (char *)"CONFIG_X",
				      .value = (char *)"n" };
	const struct conf_line yes = { .name = (char *)"CONFIG_X",
				       .value = (char *)"y" };
	struct why why;

	CHECK(conf_has(&c, &no) && !conf_has(&c, &yes));
	CHECK_INT(read_text(&c, "CONFIG_X=y\n", &why), 0);
	CHECK(!conf_has(&c, &no) && conf_has(&c, &yes));
}
