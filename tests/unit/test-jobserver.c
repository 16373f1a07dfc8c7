/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "tests/unit/t.h"
#include "tools/lib/jobserver.h"

/* A jobserver with the tokens "abcde", and what is left in it. */
static void make_pipe(int fds[2])
{
	CHECK(pipe2(fds, O_CLOEXEC) == 0);
	CHECK(write(fds[1], "abcde", 5) == 5);
}

static int left_in(int fd)
{
	int n = -1;

	CHECK(ioctl(fd, FIONREAD, &n) == 0);
	return n;
}

static void open_pipe(int r, int w, struct jobserver *ret)
{
	const struct jobserver_auth auth = { .read = r, .write = w };

	*ret = (struct jobserver)JOBSERVER_NONE;
	CHECK_INT(jobserver_open(&auth, ret, NULL), 0);
}

TEST(finds_the_last_pipe_before_the_variables)
{
	static const struct {
		const char *flags;
		int read, write;
	} good[] = {
		{ " -j3 --jobserver-auth=3,4", 3, 4 },
		{ "k -j3 --jobserver-auth=3,4 -- V=1", 3, 4 },
		{ "k -j3 --jobserver-fds=5,6 -- V=1", 5, 6 },
		{ " --jobserver-fds=5,6 -j2 --jobserver-auth=7,8", 7, 8 },
		{ " --jobserver-auth=7,8 -- --jobserver-auth=1,2", 7, 8 },
		{ " --jobserver-auth=7,8 -- V=\\ --jobserver-auth=1,2", 7, 8 },
		{ "\t--jobserver-auth=0,2147483647\t", 0, 2147483647 },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		auto_jobserver_auth struct jobserver_auth auth = { 0 };

		CHECK_INT(jobserver_parse(good[i].flags, &auth, NULL), 0);
		CHECK(!auth.fifo);
		CHECK_INT(auth.read, good[i].read);
		CHECK_INT(auth.write, good[i].write);
	}
}

TEST(finds_a_named_pipe_with_quoted_blanks)
{
	static const struct {
		const char *flags, *fifo;
	} good[] = {
		{ " -j3 --jobserver-auth=fifo:/tmp/GMfifo12", "/tmp/GMfifo12" },
		{ " --jobserver-auth=fifo:/a\\ b\\\\c$$d", "/a b\\c$d" },
		{ " --jobserver-auth=3,4 --jobserver-auth=fifo:x", "x" },
		{ " --jobserver-auth=fifo:x\\", "x\\" },
		{ " --jobserver-auth=fifo:3,4", "3,4" },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		auto_jobserver_auth struct jobserver_auth auth = { 0 };

		CHECK_INT(jobserver_parse(good[i].flags, &auth, NULL), 0);
		CHECK(auth.fifo && strcmp(auth.fifo, good[i].fifo) == 0);
		CHECK_INT(auth.read, -1);
		CHECK_INT(auth.write, -1);
	}
}

TEST(tells_none_from_disabled_and_from_unknown)
{
	static const struct {
		const char *flags;
		int error;
	} bad[] = {
		{ NULL, -ENOENT },
		{ "", -ENOENT },
		{ "k -j", -ENOENT },
		{ " -j1 -- A=--jobserver-auth=3,4", -ENOENT },
		{ " A=x\\ --jobserver-auth=3,4", -ENOENT },
		{ " --jobserver-auth=3,4 --jobserver-auth=-2,-2", -EBADF },
		{ " --jobserver-auth=3,-1", -EBADF },
		{ " --jobserver-auth=", -EINVAL },
		{ " --jobserver-auth=3", -EINVAL },
		{ " --jobserver-auth=3,", -EINVAL },
		{ " --jobserver-auth=3,4,5", -EINVAL },
		{ " --jobserver-auth=+3,4", -EINVAL },
		{ " --jobserver-auth=--3,4", -EINVAL },
		{ " --jobserver-auth=3,2147483648", -EINVAL },
		{ " --jobserver-auth=fifo:", -EINVAL },
		{ " --jobserver-auth=sem:GM12", -EINVAL },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct jobserver_auth auth = { 0 };
		struct why why = { .text = "" };

		CHECK_INT(jobserver_parse(bad[i].flags, &auth, &why),
			  bad[i].error);
		CHECK(why.text[0]);
	}
}

TEST(rewrites_nothing_but_the_jobserver)
{
	static const struct {
		const char *flags, *want;
	} row[] = {
		{ "", " -j2 --jobserver-auth=7,8" },
		{ " -j3 --jobserver-auth=3,4", " -j2 --jobserver-auth=7,8" },
		{ "k -j3 --jobserver-auth=3,4 --x -- V=1 W=a\\ -j9",
		  "k --x -j2 --jobserver-auth=7,8 -- V=1 W=a\\ -j9" },
		{ "kw -j --jobserver-fds=3,4 --jobserver-auth=fifo:a\\ b -l2",
		  "kw -l2 -j2 --jobserver-auth=7,8" },
		{ "-- V=1", " -j2 --jobserver-auth=7,8 -- V=1" },
		{ "x\\", "x\\\\ -j2 --jobserver-auth=7,8" },
		{ "x\\\\", "x\\\\ -j2 --jobserver-auth=7,8" },
		{ " --jobs-like -jx", " --jobs-like -jx -j2 "
				      "--jobserver-auth=7,8" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		auto_str struct str out = { 0 };

		jobserver_rewrite(&out, row[i].flags, 2, 7, 8);
		if (strcmp(str_text(&out), row[i].want) != 0)
			printf("# got '%s'\n", str_text(&out));
		CHECK(strcmp(str_text(&out), row[i].want) == 0);
	}
}

TEST(takes_no_more_than_wanted_and_returns_the_same_bytes)
{
	struct jobserver j;
	char rest[8];
	int fds[2];

	make_pipe(fds);
	open_pipe(fds[0], fds[1], &j);
	CHECK_INT(jobserver_take(&j, 0), 0);
	CHECK_INT(jobserver_take(&j, 2), 2);
	CHECK_INT(jobserver_take(&j, 1), 1);
	CHECK_INT(j.held, 3);
	CHECK_INT(left_in(fds[0]), 2);
	CHECK_INT(jobserver_give_back(&j), 0);
	CHECK_INT(jobserver_give_back(&j), 0);
	CHECK_INT(read(fds[0], rest, sizeof(rest)), 5);
	CHECK(memcmp(rest, "deabc", 5) == 0);
}

TEST(takes_what_is_there_and_never_waits)
{
	struct jobserver j;
	int fds[2];

	make_pipe(fds);
	open_pipe(fds[0], fds[1], &j);
	CHECK_INT(jobserver_take(&j, 100000), 5);
	CHECK_INT(jobserver_take(&j, 1), 0);
	/* Ours does not wait; those of the others do as they did. */
	CHECK_INT(fcntl(fds[0], F_GETFL) & O_NONBLOCK, 0);
	CHECK_INT(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0);
	CHECK_INT(jobserver_give_back(&j), 0);
	CHECK_INT(left_in(fds[0]), 5);
	CHECK_INT(jobserver_take(&j, 1), 0);
}

TEST(refuses_what_are_not_the_two_ends_of_a_pipe)
{
	struct jobserver j = JOBSERVER_NONE;
	struct why why = { .text = "" };
	int a[2], b[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);

	make_pipe(a);
	make_pipe(b);
	const struct jobserver_auth bad[] = {
		{ .read = 900, .write = 901 },
		{ .read = a[0], .write = 901 },
		{ .read = a[0], .write = b[1] },
		{ .read = a[1], .write = a[0] },
		{ .read = null, .write = null },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK_INT(jobserver_open(&bad[i], &j, &why), -EBADF);
		CHECK(why.text[0]);
		CHECK_INT(j.read, -1);
	}
	CHECK_INT(left_in(a[0]), 5);
}

TEST(opens_a_named_pipe_and_nothing_else)
{
	char folder[] = "/tmp/ktstr-test-jobserver.XXXXXX", path[64];
	struct jobserver j = JOBSERVER_NONE;
	struct jobserver_auth auth = { .read = -1, .write = -1, .fifo = path };
	int fd;

	CHECK(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/fifo", folder);
	CHECK_INT(jobserver_open(&auth, &j, NULL), -ENOENT);
	CHECK(mkfifo(path, 0600) == 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	CHECK(write(fd, "+-", 2) == 2);
	CHECK_INT(jobserver_open(&auth, &j, NULL), 0);
	CHECK_INT(jobserver_take(&j, 9), 2);
	CHECK_INT(left_in(fd), 0);
	CHECK_INT(jobserver_give_back(&j), 0);
	CHECK_INT(left_in(fd), 2);
	close(fd);
	unlink(path);
	fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	CHECK_INT(jobserver_open(&auth, &j, NULL), -EINVAL);
	close(fd);
	unlink(path);
	rmdir(folder);
}
