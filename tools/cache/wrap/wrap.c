/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/wrap/wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/cache/source/resolve.h"
#include "tools/cache/store/temp.h"
#include "tools/cache/wrap/progress.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define TAIL_LINES 20
#define TAIL_BYTES 8192
#define TICK_NS	   200000000
#define PLAIN_S	   15

/**
 * struct child - a command that runs
 * @pid:    its process
 * @before: our signal mask outside of this file
 * @set:    the signals that we wait for: SIGCHLD and those that end us
 */
struct child {
	pid_t pid;
	sigset_t before, set;
};

/* In the new process: become the command. */
static noreturn void become(const struct child *c, int out, pid_t parent,
			    char **argv)
{
	int error;

	/* Die with the parent, which may have died before this line. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(EX_BROKEN);
	if (out >= 0 &&
	    (dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)) {
		warn("cannot start '%s': %m", argv[0]);
		_exit(EX_BROKEN);
	}
	sigprocmask(SIG_SETMASK, &c->before, NULL);
	execvp(argv[0], argv);
	error = errno;
	warn("cannot run '%s': %s", argv[0], strerror(error));
	_exit(error == ENOENT ? EX_NOT_FOUND : EX_CANNOT_RUN);
}

/* Start @argv; its output goes to @out, if that is a descriptor. */
static int start(struct child *c, int out, char **argv, struct why *reterr_why)
{
	pid_t self = getpid();

	sigemptyset(&c->set);
	sigaddset(&c->set, SIGCHLD);
	sigaddset(&c->set, SIGINT);
	sigaddset(&c->set, SIGTERM);
	sigaddset(&c->set, SIGHUP);
	sigaddset(&c->set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &c->set, &c->before);
	c->pid = fork();
	if (c->pid < 0)
		return why_set(reterr_why, -errno, "cannot start '%s': %s",
			       argv[0], strerror(errno));
	if (c->pid == 0)
		become(c, out, self, argv);
	return 0;
}

/*
 * Wait for a signal, at most for @ns. One that ends us goes to the command,
 * whose end then ends us.
 *
 * Return: true when the command has ended, and *@ret_status.
 */
static bool wait_a_little(const struct child *c, long ns, int *ret_status)
{
	const struct timespec limit = { .tv_sec = ns / 1000000000,
					.tv_nsec = ns % 1000000000 };
	int status, sig = sigtimedwait(&c->set, NULL, &limit);

	if (sig > 0 && sig != SIGCHLD)
		(void)kill(c->pid, sig);
	if (waitpid(c->pid, &status, WNOHANG) != c->pid)
		return false;
	*ret_status = WIFSIGNALED(status) ? EX_SIGNAL + WTERMSIG(status)
					  : WEXITSTATUS(status);
	return true;
}

/* Some characters end a word of make or of the shell, "=" makes a goal a
 * variable: so a command that is make must not meet them in any of its paths.
 */
static int check_place(const char *what, const char *path,
		       struct why *reterr_why)
{
	char odd = source_odd_character(path);

	if (!odd)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "%s is '%s': make cannot have '%c' in the path of a "
		       "folder that it works in",
		       what, path, odd);
}

static int check_places(const struct temp *temp, struct why *reterr_why)
{
	auto_free char *here = getcwd(NULL, 0);
	int r = check_place("the cache's temporary folder", temp->path,
			    reterr_why);

	return r < 0 || !here ? r
			      : check_place("this folder", here, reterr_why);
}

int wrap_work(const char *root, char **argv, struct why *reterr_why)
{
	auto_temp struct temp temp = TEMP_NONE;
	struct child child;
	int status, r = temp_new_for(root, "work", &temp, reterr_why);

	if (r == 0)
		r = check_places(&temp, reterr_why);
	if (r < 0)
		return r;
	/* The command is to inherit the lock: see temp.h. */
	if (fcntl(temp.fd, F_SETFD, 0) < 0 ||
	    setenv("KTSTR_WORK", temp.path, /* overwrite */ 1) < 0)
		return why_set(reterr_why, -errno, "cannot share '%s': %s",
			       temp.path, strerror(errno));
	r = start(&child, /* out */ -1, argv, reterr_why);
	if (r < 0)
		return r;
	while (!wait_a_little(&child, /* ns */ 3600000000000, &status))
		;
	return status;
}

/* Count lines of kbuild such as "  CC      fs/file.o" in new output. */
static void count_steps(int fd, bool echo, unsigned long *steps, char *before)
{
	char block[16384];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			*steps += *before == '\n' && block[i] == ' ';
			*before = block[i];
		}
		if (echo)
			(void)!write(STDERR_FILENO, block, (size_t)n);
	}
}

/*
 * Add how the command ended. What it could not write into a log on a full disk
 * is lost, and with it the cause: so a log that cannot have this is named.
 */
static void end_log(int out, const char *path, int status)
{
	if (dprintf(out, "exit status %d\n", status) < 0)
		warn("cannot write '%s': %s", path, strerror(errno));
}

/* Show the end of the log on standard error. */
static void show_tail(int fd, const char *path)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char text[TAIL_BYTES + 1];
	off_t from = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
	ssize_t n = pread(fd, text, TAIL_BYTES, from);
	unsigned int lines = 0;

	if (n <= 0)
		return;
	text[n] = '\0';
	for (ssize_t i = n - 1; i > 0; i--) {
		lines += text[i - 1] == '\n';
		if (lines < TAIL_LINES)
			continue;
		memmove(text, text + i, (size_t)(n - i) + 1);
		break;
	}
	warn("the end of '%s':", path);
	fputs(text, stderr);
}

/* Wait for the command, telling how far it is. */
static int watch(const struct child *c, int fd, const char *title, bool echo)
{
	struct progress progress;
	unsigned long steps = 0;
	char before = '\n', text[64];
	int status;
	bool ended;

	progress_begin(&progress, title, PLAIN_S);
	do {
		ended = wait_a_little(c, TICK_NS, &status);
		count_steps(fd, echo, &steps, &before);
		snprintf(text, sizeof(text), "%lu steps done", steps);
		if (!echo && !ended)
			progress_show(&progress, text);
	} while (!ended);
	progress_end(&progress);
	return status;
}

int wrap_log(const char *path, bool append, const char *title, bool echo,
	     char **argv, struct why *reterr_why)
{
	struct child child;
	int r;

	/* For writing alone, open() would wait for the reader of a FIFO. */
	auto_fd int out = open(path,
			       O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC |
				       (append ? 0 : O_TRUNC),
			       0666);
	/* Where that failed, its cause is the one to tell. */
	auto_fd int in =
		out < 0 ? -1 : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0)
		return why_set(reterr_why, -errno, "cannot write '%s': %s",
			       path, strerror(errno));
	/* Of another kind there may be no end to read. */
	if (!S_ISREG(st.st_mode))
		return why_set(reterr_why, -EINVAL,
			       "cannot write '%s': it is no regular file",
			       path);
	(void)lseek(in, 0, SEEK_END); /* what others wrote is not counted */
	r = start(&child, out, argv, reterr_why);
	if (r < 0)
		return r;
	r = watch(&child, in, title, echo);
	if (r != 0 && !echo)
		show_tail(in, path);
	if (r != 0)
		end_log(out, path, r);
	return r;
}

int wrap_try(const char *path, char **argv, struct why *reterr_why)
{
	struct child child;
	char text[16];
	int n, status, r = start(&child, /* out */ -1, argv, reterr_why);

	if (r < 0)
		return r;
	while (!wait_a_little(&child, /* ns */ 3600000000000, &status))
		;
	if (status >= EX_CANNOT_RUN)
		return status;
	n = snprintf(text, sizeof(text), "%d\n", status);
	return file_publish(path, text, (size_t)n, 0666, reterr_why);
}
