/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"

static int inherit(int fd)
{
	return fd >= 0 && fcntl(fd, F_SETFD, 0) < 0 ? -errno : 0;
}

/* QEMU gets its files, and nothing else of what we have open. */
static int inherit_all(const struct machine_config *c)
{
	const int fds[] = { c->initrd_fd,  c->console_fd, c->job_fd,
			    c->channel_fd, c->state_fd,	  c->qmp_fd };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(fds) / sizeof(fds[0]); i++)
		r = inherit(fds[i]);
	for (unsigned int i = 0; r == 0 && c->ram_fds && i < c->ram_count; i++)
		r = inherit(c->ram_fds[i]);
	return r;
}

/* In the child: become QEMU. Returns errno if that fails. */
static int become_qemu(const struct machine_config *c, char *const *argv,
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
	int r = inherit_all(c);
	if (r < 0)
		return -r;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(errors, 2) < 0)
		return errno;
	execvp(argv[0], argv);
	return errno;
}

/*
 * The pipe closes by exec, or carries the errno of what failed, so that "not
 * installed" is told apart from QEMU's own exit.
 */
int process_start(const struct machine_config *c, char *const *argv,
		  const cpu_set_t *cpus, int errors, pid_t *ret,
		  struct why *reterr_why)
{
	int report[2], err = 0;

	if (pipe2(report, O_CLOEXEC) < 0)
		return why_set(reterr_why, -errno, "cannot make a pipe: %s",
			       strerror(errno));
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		err = become_qemu(c, argv, cpus, parent, errors);
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
	*ret = pid;
	return 0;
}
