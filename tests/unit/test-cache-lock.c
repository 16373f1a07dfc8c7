/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/unit/t.h"
#include "tools/lib/cacheroot.h"
#include "tools/lib/file.h"

static char folder[] = "/tmp/test-cache-lock.XXXXXX";

/* A path in the folder; valid until the next call. */
static const char *at(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	CHECK_INT(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* A cache with the lock of "key", as a put leaves it. */
static void make_cache(void)
{
	struct why why;
	int fd;

	CHECK(mkdtemp(folder));
	fd = entry_lock(folder, "key", 0, &why);
	CHECK(fd >= 0);
	CHECK_INT(close(fd), 0);
}

static int hold(const char *key)
{
	struct why why;
	int fd = -2;

	CHECK_INT(entry_hold(folder, key, 0, &fd, &why), 0);
	return fd;
}

TEST(readers_share_an_entry_and_keep_writers_out)
{
	struct why why;
	int a, b, r;

	make_cache();
	a = hold("key");
	b = hold("key");
	CHECK(a >= 0 && b >= 0);
	r = entry_lock(folder, "key", 0, &why);
	CHECK_INT(r, -EBUSY);
	CHECK(strstr(why.text, "entry 'key' is in use by "));
	r = entry_lock(folder, "other", 0, &why);
	CHECK(r >= 0);
	CHECK_INT(close(r), 0);
	CHECK_INT(close(a), 0);
	CHECK_INT(close(b), 0);
	r = entry_lock(folder, "key", 0, &why);
	CHECK(r >= 0);
	CHECK_INT(entry_hold(folder, "key", 0, &a, &why), -EBUSY);
	CHECK_INT(close(r), 0);
	CHECK_INT(file_remove_tree(folder), 0);
}

TEST(who_waited_for_a_removed_lock_takes_the_new_one)
{
	int fd, status = -1, says[2];
	struct why why;
	char byte;
	pid_t pid;

	make_cache();
	fd = entry_lock(folder, "key", 0, &why);
	CHECK(fd >= 0);
	CHECK_INT(pipe(says), 0);
	pid = fork();
	if (pid == 0) {
		int mine;

		/* Else it would hold what it waits for. */
		(void)close(fd);
		(void)dup2(says[1], STDERR_FILENO);
		mine = entry_lock(folder, "key", 60000, &why);

		/* A lock on a file that has no name would exclude nobody. */
		_exit(mine < 0 || access(at(".locks/key.lock"), F_OK) < 0);
	}
	CHECK(pid > 0);
	/* It says for whom it waits when it has opened the old file. */
	CHECK_INT(read(says[0], &byte, 1), 1);
	entry_lock_remove(folder, "key", fd);
	CHECK(access(at(".locks/key.lock"), F_OK) < 0);
	CHECK_INT(close(fd), 0);
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK_INT(status, 0);
	CHECK_INT(close(says[0]) | close(says[1]), 0);
	CHECK_INT(file_remove_tree(folder), 0);
}

static time_t last_use(const char *key)
{
	time_t used;

	CHECK_INT(entry_last_use(folder, key, &used), 0);
	return used;
}

TEST(a_use_is_noted_once_an_hour)
{
	struct timespec old[2] = { { .tv_sec = time(NULL) - 7200 },
				   { .tv_sec = time(NULL) - 7200 } };
	struct timespec young[2] = { { .tv_sec = time(NULL) - 1800 },
				     { .tv_sec = time(NULL) - 1800 } };

	make_cache();
	CHECK_INT(last_use("nothing"), 0);
	CHECK_INT(utimensat(AT_FDCWD, at(".locks/key.lock"), young, 0), 0);
	entry_used(folder, "key");
	CHECK_INT(last_use("key"), young[1].tv_sec);
	CHECK_INT(utimensat(AT_FDCWD, at(".locks/key.lock"), old, 0), 0);
	entry_used(folder, "key");
	CHECK(last_use("key") >= young[1].tv_sec + 1700);
	CHECK_INT(file_remove_tree(folder), 0);
}

TEST(the_cache_decides_who_may_work_in_it)
{
	struct why why;

	umask(022);
	CHECK(mkdtemp(folder));
	CHECK_INT(cache_folder(folder, ".tmp", NULL, &why), 0);
	CHECK_INT(mode_of(at(".tmp")), 0700);
	CHECK_INT(chmod(folder, 01777), 0);
	CHECK_INT(cache_folder(folder, ".tmp", NULL, &why), 0);
	CHECK_INT(mode_of(at(".tmp")), 01777);
	CHECK_INT(cache_folder(folder, ".new", NULL, &why), 0);
	CHECK_INT(mode_of(at(".new")), 01777);
	CHECK_INT(file_remove_tree(folder), 0);
}

TEST(a_place_that_cannot_be_is_a_sentence)
{
	struct why why;
	int fd = 0;

	CHECK(entry_lock("/proc/nothing", "x", 0, &why) < 0);
	CHECK(strstr(why.text, "/proc/nothing"));
	/* A plain folder has no locks, and a reader needs none there. */
	CHECK_INT(entry_hold("/proc", "x", 0, &fd, &why), 0);
	CHECK_INT(fd, -1);
}
