/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/unit/t.h"

static char folder[] = "/tmp/test-file.XXXXXX";

/* Go there; all names below are in it. */
static void enter(void)
{
	CHECK(mkdtemp(folder) != NULL);
	CHECK_INT(chdir(folder), 0);
}

static void leave(void)
{
	CHECK_INT(chdir("/"), 0);
	CHECK_INT(file_remove_tree(folder), 0);
}

static void put(const char *path, const char *text)
{
	struct why why;

	CHECK_INT(file_publish(path, text, strlen(text), 0666, &why), 0);
}

static bool has(const char *path, const char *text)
{
	char *is = NULL;
	bool same = file_read_at(AT_FDCWD, path, 100, &is) >= 0 &&
		    strcmp(is, text) == 0;

	free(is);
	return same;
}

/* It grows by twos, and must not lose or take a byte where it does. */
TEST(a_file_is_read_up_to_the_most_and_no_byte_more)
{
	static const size_t size[] = { 0,     1,     16381, 16382, 16383,
				       16384, 16385, 32766, 32767, 32768 };
	char *text, *is;
	struct why why;

	enter();
	for (size_t i = 0; i < sizeof(size) / sizeof(*size); i++) {
		size_t n = size[i];

		text = malloc(n + 1);
		CHECK(text != NULL);
		memset(text, 'x', n);
		text[n] = '\0';
		CHECK_INT(file_publish("sized", text, n, 0666, &why), 0);
		for (size_t max = n; max < n + 3; max++) {
			is = NULL;
			CHECK_INT(file_read_at(AT_FDCWD, "sized", max, &is), n);
			CHECK(is && strcmp(is, text) == 0);
			free(is);
		}
		is = NULL;
		if (n)
			CHECK_INT(file_read_at(AT_FDCWD, "sized", n - 1, &is),
				  -EFBIG);
		CHECK(!is);
		free(text);
	}
	CHECK_INT(file_read_at(AT_FDCWD, "/proc/self/stat", 16384, &is) > 0, 1);
	CHECK(strchr(is, '\n') == is + strlen(is) - 1);
	free(is);
	leave();
}

static int entries(void)
{
	DIR *d = opendir(".");
	int n = 0;

	CHECK(d != NULL);
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

TEST(a_published_file_is_the_only_one_there)
{
	struct stat st;
	mode_t mask = umask(027);

	enter();
	put("a", "one");
	put("a", "two");
	CHECK(has("a", "two"));
	CHECK_INT(stat("a", &st), 0);
	CHECK_INT(st.st_mode & 07777, 0640);
	CHECK_INT(mkdir("sub", 0777), 0);
	put("sub/b", "");
	CHECK(has("sub/b", ""));
	CHECK_INT(entries(), 2);
	umask(mask);
	leave();
}

TEST(what_a_killed_maker_left_is_replaced)
{
	enter();
	put("a.ktstr-new", "half");
	put("a", "whole");
	CHECK(has("a", "whole"));
	CHECK_INT(entries(), 1);
	/* It may be another name of the very file that is there. */
	CHECK_INT(link("a", "a.ktstr-new"), 0);
	put("a", "again");
	CHECK(has("a", "again"));
	CHECK_INT(entries(), 1);
	leave();
}

TEST(where_nothing_can_be_published_it_says_so)
{
	struct why why;

	enter();
	CHECK_INT(file_publish("no/such", "", 0, 0666, &why), -ENOENT);
	CHECK(strcmp(why.text, "cannot write 'no/such': No such file or "
			       "directory") == 0);
	CHECK_INT(mkdir("taken", 0777), 0);
	CHECK_INT(file_publish("taken", "", 0, 0666, &why), -EISDIR);
	/* Else "--out /dev/null" of root would be the end of that. */
	CHECK_INT(mkfifo("pipe", 0777), 0);
	CHECK_INT(file_publish("pipe", "", 0, 0666, &why), -EEXIST);
	CHECK(strcmp(why.text, "cannot write 'pipe': it is no regular file") ==
	      0);
	CHECK_INT(entries(), 2);
	leave();
}

/* Four processes publish one file, while it is read: it is always whole. */
TEST(many_may_publish_at_once)
{
	char text[64];
	pid_t pid[4];

	enter();
	put("a", "0000");
	for (int i = 0; i < 4; i++) {
		pid[i] = fork();
		if (pid[i])
			continue;
		snprintf(text, sizeof(text), "%d%d%d%d", i, i, i, i);
		for (int n = 0; n < 10; n++)
			put("a", text);
		_exit(0);
	}
	for (int left = 4, status; left;) {
		char *is = NULL;

		CHECK_INT(file_read_at(AT_FDCWD, "a", 100, &is), 4);
		CHECK(is[0] == is[3]);
		free(is);
		while (waitpid(-1, &status, WNOHANG) > 0) {
			CHECK_INT(status, 0);
			left--;
		}
	}
	CHECK_INT(entries(), 1);
	leave();
}
