/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/program.h"
#include "tools/lib/words.h"
#include "vmm/confine.h"

#define ERRORS_MAX 4096

/* Why QEMU was not started, from the child. */
struct failure {
	int error;
	struct why why;
};

/* Its descriptors 0 to 2, its CPUs, and how much it may write. */
static int set_up(const struct machine_config *c, const cpu_set_t *cpus,
		  int errors)
{
	struct rlimit size = { c->port_bytes_max, c->port_bytes_max };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	/* Who started us may ignore signals, as Python does some. */
	for (int s = 1; s < NSIG; s++)
		(void)sigaction(s, &(struct sigaction){ 0 }, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(errors, 2) < 0)
		return -errno;
	if (cpus && sched_setaffinity(0, sizeof(*cpus), cpus) < 0)
		return -errno;
	return setrlimit(RLIMIT_FSIZE, &size) < 0 ? -errno : 0;
}

/* QEMU gets the machine's files, and nothing else of what we have open. */
static int give_up_rights(const struct machine_config *c, const char *program,
			  struct why *reterr_why)
{
	const int tty_fd = c->tty_fd ? c->tty_fd : -1;
	const int gate_fd = c->gate_fd ? c->gate_fd : -1;
	const int kernel_fd = c->kernel_fd ? c->kernel_fd : -1;
	const int stub_fd = c->debug ? c->debug->stub_fd : -1;
	const int own[] = { kernel_fd, c->initrd_fd,  c->console_fd,
			    c->job_fd, c->channel_fd, c->state_fd,
			    c->qmp_fd, tty_fd,	      gate_fd,
			    stub_fd };
	const size_t owns = sizeof(own) / sizeof(own[0]);
	unsigned int rams = c->ram_fds ? c->ram_count : 0;
	const char *const read[] = { c->kernel_fd ? NULL : c->kernel, NULL };
	int *keep = calloc(rams + owns, sizeof(*keep));
	size_t count = 0;

	if (!keep)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < owns; i++) {
		if (own[i] >= 0)
			keep[count++] = own[i];
	}
	for (unsigned int i = 0; i < rams; i++) {
		if (c->ram_fds[i] >= 0) /* a node without memory has none */
			keep[count++] = c->ram_fds[i];
	}
	int r = confine_enter(&(struct confine){ program, keep, count, read },
			      reterr_why);
	free(keep);
	return r;
}

/* The path of an open file has no blank and no colon, which would end it. */
static int make_environment(const struct machine_config *c, char ***ret)
{
	char word[64];
	int r = confine_environment(ret);

	if (r < 0 || !c->gate_fd)
		return r;
	snprintf(word, sizeof(word), "LD_PRELOAD=/proc/self/fd/%d", c->gate_fd);
	r = words_append(ret, word);
	if (r == 0 && c->debug)
		r = words_append(ret, "KTSTR_GATE=stops");
	return r;
}

/* In the child: become QEMU, or tell why not. */
static int become_qemu(const struct machine_config *c, char *const *argv,
		       const cpu_set_t *cpus, pid_t parent, int errors,
		       struct why *reterr_why)
{
	char *program = program_find(argv[0]), **environment = NULL;

	if (!program)
		return why_set(reterr_why, -errno, "cannot run '%s': %s",
			       argv[0], strerror(errno));
	int r = set_up(c, cpus, errors);
	if (r == 0)
		r = make_environment(c, &environment);
	if (r < 0)
		return why_set(reterr_why, r, "cannot prepare '%s': %s",
			       argv[0], strerror(-r));
	r = give_up_rights(c, program, reterr_why);
	if (r < 0)
		return r;
	/* Giving up rights clears it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return why_set(reterr_why, -errno, "cannot bind '%s' to us: %s",
			       argv[0], strerror(errno));
	if (getppid() != parent) /* it died before the line above */
		_exit(125);
	execve(program, argv, environment);
	return why_set(reterr_why, -errno, "cannot run '%s': %s", argv[0],
		       strerror(errno));
}

/*
 * The pipe closes by exec, or carries what failed, so that "not installed" is
 * told apart from QEMU's own exit.
 */
int process_start(const struct machine_config *c, char *const *argv,
		  const cpu_set_t *cpus, int errors, pid_t *ret,
		  struct why *reterr_why)
{
	struct failure failure = { 0 };
	int report[2];

	if (pipe2(report, O_CLOEXEC) < 0)
		return why_set(reterr_why, -errno, "cannot make a pipe: %s",
			       strerror(errno));
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		failure.error = become_qemu(c, argv, cpus, parent, errors,
					    &failure.why);
		(void)!write(report[1], &failure, sizeof(failure));
		_exit(125);
	}
	int saved = errno;
	close(report[1]);
	if (pid < 0) {
		close(report[0]);
		return why_set(reterr_why, -saved, "cannot fork: %s",
			       strerror(saved));
	}
	ssize_t n = read(report[0], &failure, sizeof(failure));
	close(report[0]);
	if (n == (ssize_t)sizeof(failure)) {
		waitpid(pid, NULL, 0);
		return why_set(reterr_why, failure.error, "%s",
			       failure.why.text);
	}
	*ret = pid;
	return 0;
}

bool process_has_loaded(pid_t pid, const char *what)
{
	auto_free char *text = NULL;
	char path[64], name[64];

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	snprintf(name, sizeof(name), "/ktstr-%s.so", what);
	return file_read_at(AT_FDCWD, path, 4 << 20, &text) <= 0 ||
	       strstr(text, name);
}

char *process_errors(int fd)
{
	auto_free char *text = calloc(1, ERRORS_MAX + 1);

	if (!text || pread(fd, text, ERRORS_MAX, 0) <= 0)
		return NULL;
	return take_ptr(text);
}
