/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/conf.h"

#include <errno.h>
#include <fcntl.h>

#include "tests/unit/t.h"

static void check_word(const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		printf("# '%s', not '%s'\n", got, want);
	CHECK(strcmp(got, want) == 0);
}

TEST(reads_sections_and_entries_in_order)
{
	struct diag d = { 0 };
	struct conf c;

	CHECK_INT(conf_parse("f",
			     "format = 1\n"
			     "# a comment\n"
			     "\n"
			     "[ cgroup  left/a  ] # why\r\n"
			     "\tcpuset =  llc 1 \t\r\n"
			     "work=a=b # trailing\n"
			     "work = x#y\n"
			     "empty =\n"
			     "[test]",
			     &d, &c),
		  0);
	CHECK_INT(d.count, 0);
	CHECK_INT(c.section_count, 3);
	CHECK_INT(c.section[0].entry_count, 1);
	check_word(c.section[1].kind, "cgroup");
	check_word(c.section[1].name, "left/a");
	CHECK_INT(c.section[1].at.line, 4);
	CHECK_INT(c.section[1].at.length, 19);
	CHECK_INT(c.section[1].entry_count, 4);
	struct conf_entry *e = c.section[1].entry;
	check_word(e[0].key, "cpuset");
	check_word(e[0].value, "llc 1");
	CHECK_INT(e[0].at_key.column, 2);
	CHECK_INT(e[0].at_value.column, 12);
	CHECK_INT(e[0].at_value.length, 5);
	check_word(e[1].value, "a=b");
	check_word(e[2].value, "x#y");
	check_word(e[3].value, "");
	check_word(c.section[2].kind, "test");
	check_word(c.section[2].name, "");
	conf_done(&c);
	conf_done(&c);
}

TEST(complains_of_each_line_that_is_wrong)
{
	static const struct {
		const char *text, *want;
	} row[] = {
		{ "[test\na = 1\n", "f:1:1: a section's header ends with ']'" },
		{ "[test] x\n", "f:1:1: a section's header ends with ']'" },
		{ "[]\n", "f:1:1: a section needs a name" },
		{ "[", "f:1:1: a section" },
		{ "a b\n", "f:1:1: neither '[section]' nor" },
		{ " = 1\n", "f:1:2: a key must stand before '='" },
		{ "format = 2\n", "f:1:10: format '2' is not known" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct diag d = { 0 };
		struct conf c;

		CHECK_INT(conf_parse("f", row[i].text, &d, &c), 0);
		CHECK(d.count >= 1);
		if (strncmp(d.out.text, row[i].want, strlen(row[i].want)) != 0)
			printf("# %s\n", d.out.text);
		CHECK(strncmp(d.out.text, row[i].want, strlen(row[i].want)) ==
		      0);
		conf_done(&c);
		diag_done(&d);
	}
}

TEST(all_complaints_come_at_once)
{
	struct diag d = { 0 };
	struct conf c;

	CHECK_INT(conf_parse("f", "x\ny\n[z\n", &d, &c), 0);
	CHECK_INT(d.count, 3);
	conf_done(&c);
	diag_done(&d);
}

TEST(a_line_has_a_limit)
{
	static char text[5000];
	struct diag d = { 0 };
	struct conf c;

	memset(text, 'a', 4097);
	CHECK_INT(conf_parse("f", text, &d, &c), 0);
	CHECK_INT(d.count, 1);
	CHECK(strstr(d.out.text, "f:1:4097: a line has at most 4096 bytes"));
	conf_done(&c);
	diag_done(&d);
}

TEST(a_nul_byte_is_found_when_loading)
{
	char path[] = "/tmp/test-spec-conf.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);
	struct diag d = { 0 };
	struct why why;
	char *text = NULL;

	CHECK(fd >= 0);
	CHECK_INT(write(fd, "a = 1\nb\0c", 9), 9);
	CHECK_INT(conf_load(path, &d, &text, &why), 0);
	CHECK(unlink(path) == 0);
	CHECK(strcmp(text, "a = 1\nb") == 0);
	CHECK_INT(d.count, 1);
	CHECK(strstr(d.out.text, ":2:2: a NUL byte"));
	free(text);
	diag_done(&d);
	CHECK_INT(conf_load(path, &d, &text, &why), -ENOENT);
	CHECK(strstr(why.text, "cannot read '/tmp/"));
	close(fd);
}
