/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/locks, lock files, and clean lines of text. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/holders.h"
#include "tools/lib/lockfile.h"
#include "tools/lib/utf8.h"

static const char locks[] =
	"1: FLOCK  ADVISORY  WRITE 359 00:13:11691 0 EOF\n"
	"1: -> FLOCK  ADVISORY  WRITE 360 00:13:11691 0 EOF\n"
	"2: POSIX  ADVISORY  WRITE 1 00:13:11691 0 EOF\n"
	"3: OFDLCK ADVISORY  READ  -1 fe:100:42 3 7\n"
	"4: FLOCK  ADVISORY  READ  7 fe:100:42 0 EOF\n"
	"nonsense\n";

TEST(table_has_flock_and_file_locks_alone)
{
	const struct lock_id id = { 0xfe, 0x100, 42 };
	struct lock_table t;

	CHECK_INT(lock_table_parse(locks, &t), 0);
	CHECK_INT(t.count, 3);
	CHECK(t.line[0].exclusive && !t.line[0].by_file);
	CHECK_INT(t.line[0].pid, 359);
	CHECK_INT(t.line[0].major, 0);
	CHECK_INT(t.line[0].minor, 0x13);
	CHECK_INT(t.line[0].inode, 11691);
	CHECK(t.line[0].last == UINT64_MAX);
	CHECK(!lock_line_is_of(&t.line[0], &id));
	CHECK(t.line[1].by_file && !t.line[1].exclusive);
	CHECK_INT(t.line[1].first, 3);
	CHECK_INT(t.line[1].last, 7);
	CHECK(lock_line_is_of(&t.line[1], &id));
	CHECK(lock_line_is_of(&t.line[2], &id));
	lock_table_done(&t);
}

static int folder(char *path)
{
	struct why why;
	int fd;

	CHECK(mkdtemp(path));
	fd = lock_folder_open(path, /* create */ true, /* ours */ true, &why);
	CHECK(fd >= 0);
	return fd;
}

TEST(files_are_open_to_all_whatever_the_umask)
{
	char path[] = "/tmp/ktstr-test-XXXXXX";
	int dir = folder(path);
	struct why why;
	struct stat st;

	umask(0077);
	auto_fd int fd = lock_file_open(dir, "a", /* create */ true, &why);
	CHECK(fd >= 0);
	CHECK_INT(fstat(fd, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0666);
	CHECK_INT(lock_file_open(dir, "b", /* create */ false, &why), -ENOENT);
	CHECK(lock_file_is_current(dir, "a", fd));
	CHECK_INT(unlinkat(dir, "a", 0), 0);
	CHECK(!lock_file_is_current(dir, "a", fd));
	CHECK_INT(symlinkat("/etc/passwd", dir, "l"), 0);
	CHECK_INT(lock_file_open(dir, "l", /* create */ true, &why), -ELOOP);
	CHECK_INT(mkfifoat(dir, "f", 0666), 0);
	CHECK_INT(lock_file_open(dir, "f", /* create */ true, &why), -EINVAL);
	CHECK_INT(unlinkat(dir, "l", 0) | unlinkat(dir, "f", 0), 0);
	close(dir);
	CHECK_INT(rmdir(path), 0);
}

TEST(a_new_folder_is_open_to_all)
{
	char path[] = "/tmp/ktstr-test-XXXXXX";
	char below[64];
	struct why why;
	struct stat st;

	CHECK(mkdtemp(path));
	snprintf(below, sizeof(below), "%s/locks", path);
	umask(0077);
	auto_fd int fd = lock_folder_open(below, /* create */ true,
					  /* ours */ true, &why);
	CHECK(fd >= 0);
	CHECK_INT(fstat(fd, &st), 0);
	CHECK_INT(st.st_mode & 07777, 01777);
	CHECK_INT(rmdir(below) | rmdir(path), 0);
}

TEST(wait_has_a_limit)
{
	char path[] = "/tmp/ktstr-test-XXXXXX";
	int dir = folder(path);
	struct why why;
	auto_fd int a = lock_file_open(dir, "a", /* create */ true, &why);
	auto_fd int b = lock_file_open(dir, "a", /* create */ true, &why);

	CHECK_INT(lock_file_take(a, LOCK_EX, 0), 0);
	CHECK_INT(lock_file_take(b, LOCK_SH, 0), -EWOULDBLOCK);
	CHECK_INT(lock_file_take(b, LOCK_SH, 60000000), -EWOULDBLOCK);
	close(a);
	a = -1;
	CHECK_INT(lock_file_take(b, LOCK_SH, 60000000), 0);
	unlinkat(dir, "a", 0);
	close(dir);
	rmdir(path);
}

/* The process that took the lock has ended; who kept the descriptor is it. */
TEST(work_that_outlived_its_starter_is_named)
{
	char path[] = "/tmp/ktstr-test-XXXXXX";
	int dir = folder(path), ready[2], done[2], fd;
	pid_t starter, keeper = 0, found[4];
	struct why why;

	CHECK(pipe(ready) == 0 && pipe(done) == 0);
	starter = fork();
	if (starter == 0) {
		fd = lock_file_open(dir, "a", /* create */ true, &why);
		flock(fd, LOCK_EX);
		keeper = fork();
		if (keeper != 0)
			_exit(0);
		keeper = getpid();
		(void)!write(ready[1], &keeper, sizeof(keeper));
		close(done[1]);
		(void)!read(done[0], &keeper, 1);
		_exit(0);
	}
	waitpid(starter, NULL, 0);
	CHECK_INT(read(ready[0], &keeper, sizeof(keeper)), sizeof(keeper));
	fd = lock_file_open(dir, "a", /* create */ false, &why);
	CHECK_INT(holders_find(NULL, fd, found, 4), 1);
	CHECK_INT(found[0], keeper);
	close(done[1]);
	unlinkat(dir, "a", 0);
	rmdir(path);
}

static void check_line(const char *text, size_t max, const char *want)
{
	auto_str struct str out = { 0 };

	utf8_add_line(&out, text, strlen(text), max);
	if (strcmp(str_text(&out), want) != 0)
		printf("# '%s', not '%s'\n", str_text(&out), want);
	CHECK(strcmp(str_text(&out), want) == 0);
}

TEST(text_becomes_one_clean_line)
{
	check_line("make -j4", 100, "make -j4");
	check_line("a\nb\x1b[2Jc\x7f", 0, "a?b?[2Jc?");
	check_line("\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82", 0,
		   "\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82");
	check_line("\xff\xc3", 0, "\xef\xbf\xbd\xef\xbf\xbd");
	check_line("\xc0\xaf", 0, "\xef\xbf\xbd\xef\xbf\xbd");
	check_line("\xc2\x9b", 0, "?");
	check_line("\xc3\xa4\xc3\xb6\xc3\xbc", 2,
		   "\xc3\xa4\xc3\xb6\xe2\x80\xa6");
	check_line("ab", 2, "ab");
}

/* A lease is no lock: to call it busy would be to wait for it in circles. */
TEST(leased_lock_file_is_not_busy)
{
	const struct {
		int mode, lease;
	} owner[] = { { O_RDONLY, F_RDLCK }, { O_RDWR, F_WRLCK } };
	char path[] = "/tmp/ktstr-test-lease.XXXXXX";
	struct why why;

	CHECK(mkdtemp(path));
	auto_fd int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_fd int made =
		openat(folder, "a", O_CREAT | O_RDONLY | O_CLOEXEC, 0666);

	CHECK(folder >= 0 && made >= 0);
	CHECK_INT(close(take_fd(made)), 0);
	/* Who breaks a lease lets its owner know by SIGIO. */
	CHECK(signal(SIGIO, SIG_IGN) != SIG_ERR);
	for (size_t i = 0; i < 2; i++) {
		auto_fd int held =
			openat(folder, "a", owner[i].mode | O_CLOEXEC);

		CHECK_INT(fcntl(held, F_SETLEASE, owner[i].lease), 0);
		auto_fd int fd = lock_file_open(folder, "a", false, &why);
		if (owner[i].lease == F_RDLCK)
			CHECK(fd >= 0);
		else
			CHECK_INT(fd, -EBUSY);
	}
	CHECK_INT(unlinkat(folder, "a", 0), 0);
	CHECK_INT(rmdir(path), 0);
}
