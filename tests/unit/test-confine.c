/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/words.h"
#include "vmm/landlock.h"

/* Files that the child knows of; made by the parent. */
static struct {
	char folder[64], other[96];
	int rw, ro, memory, locked, closed;
} f;

static void make_files(void)
{
	char path[128];

	snprintf(f.folder, sizeof(f.folder), "/tmp/test-confine.XXXXXX");
	CHECK(mkdtemp(f.folder) != NULL);
	snprintf(f.other, sizeof(f.other), "%s/other", f.folder);
	close(open(f.other, O_CREAT | O_RDWR, 0600));
	f.rw = open(f.folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	snprintf(path, sizeof(path), "%s/ro", f.folder);
	close(open(path, O_CREAT | O_RDWR, 0600));
	f.ro = open(path, O_RDONLY | O_CLOEXEC);
	unlink(path);
	f.memory = memfd_create("test", MFD_CLOEXEC);
	f.locked = open(f.other, O_RDONLY | O_CLOEXEC);
	flock(f.locked, LOCK_EX);
	f.closed = open(f.other, O_RDWR); /* one that somebody forgot */
	CHECK(f.rw >= 0 && f.ro >= 0 && f.memory >= 0 && f.locked >= 0);
}

static void remove_files(void)
{
	unlink(f.other);
	rmdir(f.folder);
}

/* Run @what in a confined child; 0 or the errno it ended with. */
static int confined(int (*what)(void))
{
	const int keep[] = { f.rw, f.ro, f.memory };
	const struct confine c = { "/usr/bin/true", keep, 3, NULL };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct why why;

		_exit(confine_enter(&c, &why) < 0 ? 255 : what());
	}
	CHECK_INT(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 254;
}

static int again(int fd, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags) < 0 ? errno : 0;
}

static int write_other(void)
{
	return open(f.other, O_WRONLY) < 0 ? errno : 0;
}

static int create_file(void)
{
	return open("/tmp/test-confine-new", O_CREAT | O_WRONLY, 0600) < 0
		       ? errno
		       : 0;
}

static int read_other(void)
{
	return open(f.other, O_RDONLY) < 0 ? errno : 0;
}

static int read_system(void)
{
	return open("/usr/bin/env", O_RDONLY) < 0 ? errno : 0;
}

static int reopen_rw(void)
{
	return again(f.rw, O_RDWR);
}

static int reopen_memory(void)
{
	return again(f.memory, O_RDWR);
}

static int reopen_ro(void)
{
	return again(f.ro, O_RDONLY);
}

static int reopen_ro_to_write(void)
{
	return again(f.ro, O_RDWR);
}

static int start_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static void *nothing(void *arg)
{
	return arg;
}

static int start_thread(void)
{
	pthread_t thread;
	int r = pthread_create(&thread, NULL, nothing, NULL);

	return r ? r : pthread_join(thread, NULL);
}

static int open_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int flags_of_descriptors(void)
{
	if (fcntl(f.rw, F_GETFD) != 0 || fcntl(f.locked, F_GETFD) != 0)
		return 1;
	return fcntl(f.closed, F_GETFD) == FD_CLOEXEC ? 0 : 2;
}

static int gains_privileges(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1;
}

TEST(only_its_own_files_and_the_systems_open)
{
	make_files();
	CHECK_INT(confined(read_system), 0);
	CHECK_INT(confined(reopen_rw), 0);
	CHECK_INT(confined(reopen_memory), 0);
	CHECK_INT(confined(reopen_ro), 0);
	if (landlock_version() > 0) {
		CHECK_INT(confined(write_other), EACCES);
		CHECK_INT(confined(create_file), EACCES);
		CHECK_INT(confined(read_other), EACCES);
		CHECK_INT(confined(reopen_ro_to_write), EACCES);
	}
	remove_files();
}

TEST(no_process_no_socket_but_threads)
{
	make_files();
	CHECK_INT(confined(start_process), EPERM);
	CHECK_INT(confined(start_thread), 0);
	CHECK_INT(confined(open_socket), EACCES);
	CHECK_INT(confined(gains_privileges), 0);
	remove_files();
}

TEST(descriptors_close_but_its_own_and_locks)
{
	make_files();
	CHECK_INT(confined(flags_of_descriptors), 0);
	remove_files();
}

TEST(little_of_the_environment_goes_on)
{
	auto_words char **words = NULL;

	setenv("SECRET", "1", 1);
	setenv("PATH", "/bin", 1);
	setenv("LD_LIBRARY_PATH", "/x", 1);
	CHECK_INT(confine_environment(&words), 0);
	CHECK_INT(words_count(words), 2);
	CHECK(strcmp(words[0], "PATH=/bin") == 0);
	CHECK(strcmp(words[1], "LD_LIBRARY_PATH=/x") == 0);
}
