/* SPDX-License-Identifier: GPL-2.0-or-later */
/* processes.c - in front of what libc has for processes, pipes and waiting. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/failures/wrap.h"

#define WORDS_MAX 64
/* 2030: behind the times of all files, as if they had been there for long. */
#define TIME_OF_DAY 1893456000

PUBLIC pid_t fork(void)
{
	if (run_fails(FAIL_fork))
		return -1;
	run_forks();
	pid_t pid = REAL(fork)();
	run_forked(pid);
	return pid;
}

/* clone(2), without memory in common, and what libc has no function for. */
PUBLIC long syscall(long number, ...)
{
	bool forks = number == SYS_clone;
	long arg[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		arg[i] = va_arg(ap, long);
	va_end(ap);
	if (forks && run_fails(FAIL_clone))
		return -1;
	if (number == SYS_pidfd_open && run_fails(FAIL_pidfd_open))
		return -1;
	if (forks)
		run_forks();
	long r = REAL(syscall)(number, arg[0], arg[1], arg[2], arg[3], arg[4],
			       arg[5]);
	if (forks)
		run_forked((int)r);
	return r;
}

/* Which a process has as a lock, or another descriptor; the rest of fcntl(2)
 * does not fail. */
static bool fcntl_fails(int what)
{
	switch (what) {
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return run_fails(FAIL_lock);
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return run_fails(FAIL_dup);
	default:
		return false;
	}
}

PUBLIC int fcntl(int fd, int what, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, what);
	arg = va_arg(ap, void *);
	va_end(ap);
	return fcntl_fails(what) ? -1 : REAL(fcntl)(fd, what, arg);
}

PUBLIC int fcntl64(int fd, int what, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, what);
	arg = va_arg(ap, void *);
	va_end(ap);
	return fcntl_fails(what) ? -1 : REAL(fcntl64)(fd, what, arg);
}

WRAP(int, execve, exec, -1,
     (const char *path, char *const *argv, char *const *envp),
     (path, argv, envp))
WRAP(int, execvp, exec, -1, (const char *path, char *const *argv), (path, argv))

/* The words from @first to the NULL of @rest. */
static void read_words(char *word[WORDS_MAX], const char *first, va_list rest)
{
	memset(word, 0, WORDS_MAX * sizeof(*word));
	word[0] = (char *)first;
	for (int i = 1; word[i - 1] && i < WORDS_MAX - 1; i++)
		word[i] = va_arg(rest, char *);
}

PUBLIC int execl(const char *path, const char *arg, ...)
{
	char *word[WORDS_MAX];
	va_list ap;

	va_start(ap, arg);
	read_words(word, arg, ap);
	va_end(ap);
	return run_fails(FAIL_exec) ? -1 : REAL(execv)(path, word);
}

PUBLIC int execlp(const char *path, const char *arg, ...)
{
	char *word[WORDS_MAX];
	va_list ap;

	va_start(ap, arg);
	read_words(word, arg, ap);
	va_end(ap);
	return run_fails(FAIL_exec) ? -1 : REAL(execvp)(path, word);
}

WRAP(int, dup, dup, -1, (int fd), (fd))
WRAP(int, dup2, dup, -1, (int fd, int to), (fd, to))
WRAP(int, pipe, pipe2, -1, (int fd[2]), (fd))
WRAP(int, pipe2, pipe2, -1, (int fd[2], int flags), (fd, flags))
WRAP(int, socket, socket, -1, (int family, int type, int protocol),
     (family, type, protocol))
WRAP(int, socketpair, socketpair, -1,
     (int family, int type, int protocol, int fd[2]),
     (family, type, protocol, fd))
WRAP_MOVE(ssize_t, send, send,
	  (int fd, const void *data, size_t len, int flags),
	  (fd, data, len, flags))
WRAP_MOVE(ssize_t, recv, recv, (int fd, void *data, size_t len, int flags),
	  (fd, data, len, flags))
WRAP(int, epoll_create1, epoll_create1, -1, (int flags), (flags))
WRAP(int, epoll_ctl, epoll_ctl, -1,
     (int fd, int how, int of, struct epoll_event *event), (fd, how, of, event))
WRAP(int, signalfd, signalfd, -1, (int fd, const sigset_t *set, int flags),
     (fd, set, flags))
WRAP(int, memfd_create, memfd_create, -1,
     (const char *name, unsigned int flags), (name, flags))
WRAP(int, pidfd_open, pidfd_open, -1, (pid_t pid, unsigned int flags),
     (pid, flags))
WRAP(int, poll, poll, -1, (struct pollfd * fd, nfds_t count, int limit_ms),
     (fd, count, limit_ms))
WRAP(int, setrlimit, setrlimit, -1,
     (__rlimit_resource_t what, const struct rlimit *limit), (what, limit))
WRAP(int, sched_setaffinity, sched_setaffinity, -1,
     (pid_t pid, size_t size, const cpu_set_t *set), (pid, size, set))
WRAP(int, mount, mount, -1,
     (const char *what, const char *at, const char *type, unsigned long flags,
      const void *data),
     (what, at, type, flags, data))
WRAP(int, unshare, unshare, -1, (int flags), (flags))

/* The time of day stands still, so that what is written down is the same in all
 * runs; waiting goes by another clock. */
PUBLIC int clock_gettime(clockid_t clock, struct timespec *ret)
{
	if (clock != CLOCK_REALTIME || !run_is_on())
		return REAL(clock_gettime)(clock, ret);
	*ret = (struct timespec){ .tv_sec = TIME_OF_DAY };
	return 0;
}

PUBLIC time_t time(time_t *ret)
{
	if (!run_is_on())
		return REAL(time)(ret);
	if (ret)
		*ret = TIME_OF_DAY;
	return TIME_OF_DAY;
}

/* It returns its error. */
PUBLIC int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			  void *(*run)(void *), void *arg)
{
	int saved = errno, error;

	if (!run_fails(FAIL_pthread_create))
		return REAL(pthread_create)(thread, attr, run, arg);
	error = errno;
	errno = saved;
	return error;
}
