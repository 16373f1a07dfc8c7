/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.c - start QEMU, wait for its end, and never leave it behind. */
#include "vmm/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/words.h"

#define ERRORS_MAX 4096

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* In the child: become QEMU. Returns errno if that fails. */
static int become_qemu(char *const *argv, const struct machine_config *c,
		       const cpu_set_t *cpus, pid_t parent, int errors)
{
	struct rlimit size = { c->port_bytes_max, c->port_bytes_max };
	sigset_t none;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return errno;
	if (getppid() != parent) /* it died before the line above */
		_exit(125);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (cpus && sched_setaffinity(0, sizeof(*cpus), cpus) < 0)
		return errno;
	if (setrlimit(RLIMIT_FSIZE, &size) < 0)
		return errno;
	/* QEMU inherits the archives and its ports, and nothing of our input.
	 */
	if (fcntl(c->initrd_fd, F_SETFD, 0) < 0 ||
	    fcntl(c->console_fd, F_SETFD, 0) < 0 ||
	    fcntl(c->channel_fd, F_SETFD, 0) < 0)
		return errno;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(errors, 2) < 0)
		return errno;
	execvp(argv[0], argv);
	return errno;
}

/*
 * Start QEMU. The pipe closes by exec, or carries the errno of what failed, so
 * that "not installed" is told apart from QEMU's own exit.
 */
static int start(const struct machine_config *c, char *const *argv,
		 const cpu_set_t *cpus, int errors, pid_t *ret_pid,
		 struct why *reterr_why)
{
	int report[2], err = 0;

	if (pipe2(report, O_CLOEXEC) < 0)
		return why_set(reterr_why, -errno, "cannot make a pipe: %s",
			       strerror(errno));
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		err = become_qemu(argv, c, cpus, parent, errors);
		(void)!write(report[1], &err, sizeof(err));
		_exit(125);
	}
	int saved = errno;
	close(report[1]);
	if (pid < 0) {
		close(report[0]);
		return why_set(reterr_why, -saved, "cannot fork: %s",
			       strerror(saved));
	}
	ssize_t n = read(report[0], &err, sizeof(err));
	close(report[0]);
	if (n == (ssize_t)sizeof(err)) {
		waitpid(pid, NULL, 0);
		return why_set(reterr_why, -err, "cannot run '%s': %s", argv[0],
			       strerror(err));
	}
	*ret_pid = pid;
	return 0;
}

/*
 * Wait for @pid; at the limit, or when told to stop, kill it. Nothing that is
 * done meanwhile reaches QEMU, whose virtual clock must not notice us.
 */
static void await(const struct machine_config *c, pid_t pid,
		  unsigned int timeout_s, int stop_fd,
		  struct machine_result *result)
{
	auto_fd int fd = pidfd_open(pid, 0);
	struct pollfd p[2] = { { fd, POLLIN, 0 }, { stop_fd, POLLIN, 0 } };
	double end = now() + timeout_s;
	int status = 0;

	result->end = END_EXIT;
	while (!(p[0].revents & POLLIN)) {
		double left = end - now();

		if (left <= 0) {
			result->end = END_TIMEOUT;
			break;
		}
		if (c->clock == CLOCK_REAL) {
			noise_sample(&result->noise, pid);
			if (left > NOISE_INTERVAL_S)
				left = NOISE_INTERVAL_S;
		}
		if (c->tick) {
			c->tick(c->tick_arg);
			if (left > MACHINE_TICK_MS / 1e3)
				left = MACHINE_TICK_MS / 1e3;
		}
		if (poll(p, stop_fd >= 0 ? 2 : 1, (int)(left * 1000) + 1) < 0 &&
		    errno != EINTR)
			break;
		if (stop_fd >= 0 && p[1].revents & POLLIN) {
			struct signalfd_siginfo info = { 0 };

			(void)!read(stop_fd, &info, sizeof(info));
			result->end = END_STOPPED;
			result->status = (int)info.ssi_signo;
			break;
		}
	}
	if (result->end != END_EXIT)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (result->end != END_EXIT)
		return;
	if (WIFSIGNALED(status)) {
		result->end = END_SIGNAL;
		result->status = WTERMSIG(status);
	} else {
		result->status = WEXITSTATUS(status);
	}
}

/* What QEMU wrote to its standard error, or NULL. */
static char *read_errors(int fd)
{
	auto_free char *text = calloc(1, ERRORS_MAX + 1);

	if (!text || pread(fd, text, ERRORS_MAX, 0) <= 0)
		return NULL;
	return take_ptr(text);
}

int machine_run(const struct machine_config *c, const char *cpus,
		unsigned int timeout_s, int stop_fd, struct machine_result *ret,
		struct why *reterr_why)
{
	auto_words char **argv = NULL;
	cpu_set_t set;
	size_t at = 0;
	pid_t pid = -1;
	int r;

	if (cpus && (cpulist_parse(cpus, &set, &at) < 0 || !CPU_COUNT(&set)))
		return why_set(reterr_why, -EINVAL,
			       "'%s' is not a list of CPUs", cpus);
	r = machine_argv(c, &argv, reterr_why);
	if (r < 0)
		return r;
	auto_fd int errors = memfd_create("qemu-errors", MFD_CLOEXEC);
	if (errors < 0)
		return why_set(reterr_why, -errno,
			       "cannot make a memory file: %s",
			       strerror(errno));
	double begin = now();
	r = start(c, argv, cpus ? &set : NULL, errors, &pid, reterr_why);
	if (r < 0)
		return r;
	*ret = (struct machine_result){ .port_bytes_max = c->port_bytes_max };
	await(c, pid, timeout_s, stop_fd, ret);
	ret->seconds = now() - begin;
	ret->errors = read_errors(errors);
	return 0;
}
