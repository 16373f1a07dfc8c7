/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/failures/target.h"

#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/instrument/shared.h"

/* Addresses, and who of several processes runs first, are the same in each
 * run. */
static void be_steady(void)
{
	cpu_set_t all, one;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(all), &all) < 0)
		return;
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
	(void)personality(ADDR_NO_RANDOMIZE);
}

static int file_in_memory(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		err(125, "fail-each: memfd_create");
	return fd;
}

void target_start(const char *preload, const char *folder, const char *input,
		  char *const *argv, struct target *ret)
{
	int memory = file_in_memory("shared"), end[2];

	ret->out = file_in_memory("out");
	ret->err = file_in_memory("err");
	if (ftruncate(memory, sizeof(*ret->shared)) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) < 0)
		err(125, "fail-each");
	ret->shared = mmap(NULL, sizeof(*ret->shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED, memory, 0);
	ret->pid = ret->shared == MAP_FAILED ? -1 : fork();
	if (ret->pid < 0)
		err(125, "fail-each");
	if (ret->pid == 0) {
		be_steady();
		(void)setenv("LD_PRELOAD", preload, 1);
		(void)setenv(SHARED_ONE_SAVES, "1", 1);
		(void)setenv(FAIL_IN, folder, 1);
		if (input)
			(void)setenv(FAIL_STDIN, input, 1);
		if (dup2(end[1], FAIL_CONTROL) < 0 ||
		    dup2(memory, FAIL_MEMORY) < 0 ||
		    dup2(ret->out, STDOUT_FILENO) < 0 ||
		    dup2(ret->err, STDERR_FILENO) < 0)
			_exit(125);
		(void)execvp(argv[0], argv);
		_exit(127);
	}
	(void)close(end[1]);
	(void)close(memory);
	ret->control = end[0];
}

static void empty(int fd)
{
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		err(125, "fail-each");
}

/* The answer has come within the time. */
static bool answered(const struct target *t, void *answer, size_t len,
		     int limit_ms)
{
	struct pollfd fd = { .fd = t->control, .events = POLLIN };

	if (poll(&fd, 1, limit_ms) <= 0)
		return false;
	if (read(t->control, answer, len) != (ssize_t)len)
		errx(125, "fail-each: the program has ended before its main()");
	return true;
}

bool target_run(struct target *t, int limit_ms)
{
	bool in_time = true;
	pid_t pid;
	char c = 0;

	empty(t->out);
	empty(t->err);
	for (uint32_t i = 0; i < FAIL_PROCESSES; i++)
		t->shared->process_of[i].forks = t->shared->process_of[i].room =
			t->shared->process_of[i].calls = 0;
	if (t->shared->started == 0)
		t->shared->started = 1;
	t->shared->hit = false;
	t->shared->left = 0;
	t->shared->grace_ms = limit_ms / 4;
	t->shared->where[0] = t->shared->crash[0] = '\0';
	if (write(t->control, &c, 1) != 1 ||
	    !answered(t, &pid, sizeof(pid), limit_ms))
		errx(125, "fail-each: the program does not start");
	while (!answered(t, &c, 1, limit_ms)) {
		/* Of the run, and then of what it has left. */
		in_time = false;
		(void)kill(-pid, SIGKILL);
		(void)kill(pid, SIGKILL);
	}
	return in_time;
}

void target_end(struct target *t)
{
	(void)close(t->control);
	(void)waitpid(t->pid, NULL, 0);
	(void)munmap(t->shared, sizeof(*t->shared));
	(void)close(t->out);
	(void)close(t->err);
}
