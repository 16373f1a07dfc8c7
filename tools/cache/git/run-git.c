/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/git/run-git.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"

#define MAX_OUT	   (64 << 20)
#define MAX_ERRORS 4096
#define MAX_ARGS   32

/**
 * struct git_child - a git that runs
 * @out:    its standard output, -1 when closed
 * @err:    its standard error, -1 when closed
 * @errors: the end of what it said there
 */
struct git_child {
	pid_t pid;
	int out, err;
	char errors[MAX_ERRORS + 1];
	size_t said;
};

/* What git believes of a repository, before anything that is on disk. */
static void set_environment(const struct git_run *run)
{
	/* `git rev-parse --local-env-vars`, and what leads to questions. */
	static const char *const drop[] = {
		"GIT_ALTERNATE_OBJECT_DIRECTORIES",
		"GIT_CONFIG",
		"GIT_OBJECT_DIRECTORY",
		"GIT_DIR",
		"GIT_WORK_TREE",
		"GIT_IMPLICIT_WORK_TREE",
		"GIT_GRAFT_FILE",
		"GIT_INDEX_FILE",
		"GIT_NO_REPLACE_OBJECTS",
		"GIT_REPLACE_REF_BASE",
		"GIT_PREFIX",
		"GIT_SHALLOW_FILE",
		"GIT_COMMON_DIR",
		"GIT_NAMESPACE",
		"GIT_CEILING_DIRECTORIES",
		"GIT_TRACE",
		"GIT_LITERAL_PATHSPECS",
	};

	for (size_t i = 0; i < sizeof(drop) / sizeof(drop[0]); i++)
		(void)unsetenv(drop[i]);
	(void)setenv("GIT_TERMINAL_PROMPT", "0", 1);
	(void)setenv("GIT_ASKPASS", "false", 1);
	(void)setenv("SSH_ASKPASS", "false", 1);
	(void)setenv("GIT_OPTIONAL_LOCKS", "0", 1);
	(void)setenv("GIT_ALLOW_PROTOCOL", "file:git:ssh:http:https", 1);
	(void)setenv("LC_ALL", "C", 1);
	if (run->index)
		(void)setenv("GIT_INDEX_FILE", run->index, 1);
}

/* In the new process: become git. */
static noreturn void become(const struct git_run *run, int out, int err,
			    pid_t parent)
{
	const char *argv[MAX_ARGS + 8] = {
		"git",
		"-c",
		"core.hooksPath=/dev/null",
		"-c",
		"core.fsmonitor=false",
	};
	size_t n = 5;
	sigset_t none;
	int null = open("/dev/null", O_RDONLY);

	/* SIGTERM, on which git removes its lock files. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
		_exit(125);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGXFSZ, SIG_DFL);
	/* Without a terminal, ssh has nobody to ask either. */
	if (setsid() < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
		_exit(125);
	if (run->hold_fd && fcntl(run->hold_fd, F_SETFD, 0) < 0)
		_exit(125);
	set_environment(run);
	for (size_t i = 0; i < MAX_ARGS && run->args[i]; i++)
		argv[n++] = run->args[i];
	execvp("git", (char *const *)argv);
	_exit(errno == ENOENT ? 127 : 126);
}

static int start(struct git_child *c, const struct git_run *run,
		 struct why *reterr_why)
{
	pid_t self = getpid();
	int out[2], err[2];

	if (pipe2(out, O_CLOEXEC) < 0)
		return why_set(reterr_why, -errno, "cannot run git: %s",
			       strerror(errno));
	auto_fd int out_write = out[1];
	c->out = out[0];
	if (pipe2(err, O_CLOEXEC) < 0)
		return why_set(reterr_why, -errno, "cannot run git: %s",
			       strerror(errno));
	auto_fd int err_write = err[1];
	c->err = err[0];
	c->pid = fork();
	if (c->pid < 0)
		return why_set(reterr_why, -errno, "cannot run git: %s",
			       strerror(errno));
	if (c->pid == 0)
		become(run, out_write, err_write, self);
	return 0;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Keep the end of what it says. */
static void keep_errors(struct git_child *c, const char *text, size_t n)
{
	size_t excess;

	if (n > MAX_ERRORS) {
		text += n - MAX_ERRORS;
		n = MAX_ERRORS;
	}
	excess = c->said + n > MAX_ERRORS ? c->said + n - MAX_ERRORS : 0;
	memmove(c->errors, c->errors + excess, c->said - excess);
	c->said -= excess;
	memcpy(c->errors + c->said, text, n);
	c->said += n;
	c->errors[c->said] = '\0';
}

/* Read from *@fd what is there; at its end it is closed. */
static void take(struct git_child *c, int *fd, struct str *out)
{
	char buf[1 << 16];
	ssize_t n = read(*fd, buf, sizeof(buf));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		(void)close(*fd);
		*fd = -1;
	} else if (fd == &c->err) {
		keep_errors(c, buf, (size_t)n);
	} else {
		str_add_bytes(out, buf, (size_t)n);
	}
}

/* Read until it closes both. Return: 0, -ETIMEDOUT, -EFBIG or -ENOMEM. */
static int listen_to(struct git_child *c, uint64_t until, struct str *out)
{
	size_t before = out->len;

	while (c->out >= 0 || c->err >= 0) {
		struct pollfd fds[2] = { { c->out, POLLIN, 0 },
					 { c->err, POLLIN, 0 } };
		uint64_t now = now_ms();

		if (now >= until)
			return -ETIMEDOUT;
		if (poll(fds, 2, (int)(until - now)) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			take(c, &c->out, out);
		if (fds[1].revents)
			take(c, &c->err, out);
		if (out->failed)
			return -ENOMEM;
		if (out->len - before > MAX_OUT)
			return -EFBIG;
	}
	return 0;
}

/* Is @line the one with which git ends when ssh, or it, has said why before? */
static bool is_epilogue(const char *line)
{
	static const char text[] = "fatal: Could not read from remote";

	return strncmp(line, text, strlen(text)) == 0;
}

/*
 * The line of what it said that tells why: the first that is fatal, else what
 * is before the epilogue, else the last. Control characters become blanks.
 */
static const char *reason(struct git_child *c)
{
	const char *last = NULL;
	char *next = c->errors, *line;

	while ((line = strsep(&next, "\n"))) {
		for (char *p = line; *p; p++) {
			if ((unsigned char)*p < ' ' || *p == 127)
				*p = ' ';
		}
		if (last && is_epilogue(line))
			return last;
		if (strncmp(line, "fatal: ", 7) == 0)
			return line;
		last = *line ? line : last;
	}
	return last ? last : "it said nothing";
}

/* Is the caller wrong, and not the network? LC_ALL is C. */
static bool is_no_repository(const char *said)
{
	size_t n = strlen(said);

	return strstr(said, "does not appear to be a git repository") ||
	       strstr(said, "is this a git repository?") ||
	       (strncmp(said, "fatal: repository '", 19) == 0 && n > 10 &&
		strcmp(said + n - 10, " not found") == 0);
}

static int judge(struct git_child *c, const struct git_run *run, int r,
		 int status, struct why *why)
{
	if (r == -ETIMEDOUT)
		return why_set(why, r, "cannot %s: git was not done in %u s",
			       run->what, run->timeout_s);
	if (r < 0)
		return why_set(why, r, "cannot %s: %s", run->what,
			       r == -EFBIG ? "git printed too much"
					   : strerror(-r));
	if (WIFSIGNALED(status))
		return why_set(why, -EIO, "cannot %s: git died of signal %d",
			       run->what, WTERMSIG(status));
	if (WEXITSTATUS(status) == 127)
		return why_set(why, -ENOENT,
			       "cannot %s: there is no git program; install "
			       "git",
			       run->what);
	if (WEXITSTATUS(status) != 0) {
		const char *said = reason(c);

		return why_set(why, is_no_repository(said) ? -EINVAL : -EIO,
			       "cannot %s: %s", run->what, said);
	}
	return 0;
}

/* End it and its helpers, which have its number as their group. */
static void end(const struct git_child *c)
{
	const struct timespec tick = { .tv_nsec = 20000000 };
	siginfo_t info;

	(void)kill(c->pid, SIGTERM);
	(void)kill(-c->pid, SIGTERM);
	for (int i = 0; i < 100; i++) {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)c->pid, &info,
			   WEXITED | WNOHANG | WNOWAIT) == 0 &&
		    info.si_pid != 0)
			break;
		(void)nanosleep(&tick, NULL);
	}
	(void)kill(c->pid, SIGKILL);
	(void)kill(-c->pid, SIGKILL);
}

int git_run(const struct git_run *run, struct str *out, struct why *reterr_why)
{
	struct git_child c = { .pid = -1, .out = -1, .err = -1 };
	uint64_t until = now_ms() + 1000ull * run->timeout_s;
	int status = 0, r = start(&c, run, reterr_why);

	if (r == 0) {
		r = listen_to(&c, until, out);
		if (r < 0)
			end(&c);
		while (waitpid(c.pid, &status, 0) < 0 && errno == EINTR)
			;
		r = judge(&c, run, r, status, reterr_why);
	}
	if (c.out >= 0)
		(void)close(c.out);
	if (c.err >= 0)
		(void)close(c.err);
	return r;
}
