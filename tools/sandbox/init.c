/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The init: parent of the command and first process of its PID namespace. When
 * it ends, for whatever reason, the kernel kills everything in the namespace;
 * where there is none, it does so itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/sandbox/sandbox.h"

static int write_file(const char *path, const char *text)
{
	return file_write_at(AT_FDCWD, path, text);
}

/* Be in the new user namespace who we were outside. */
static int map_ids(const struct init_task *task)
{
	char text[64];
	int r;

	snprintf(text, sizeof(text), "%u %u 1", task->uid, task->uid);
	r = write_file("/proc/self/uid_map", text);
	if (r < 0)
		return r;
	r = write_file("/proc/self/setgroups", "deny");
	if (r < 0 && r != -ENOENT)
		return r;
	snprintf(text, sizeof(text), "%u %u 1", task->gid, task->gid);
	return write_file("/proc/self/gid_map", text);
}

/* Programs look themselves up in /proc by getpid(), so it has to be that of
 * our namespace. Containers whose /proc is covered in part forbid that. */
static void mount_proc(void)
{
	/* In a chroot "/" is no mount; that of /proc is all we cover then. What
	 * is not made our own would be mounted for everybody. */
	if ((mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 &&
	     mount(NULL, "/proc", NULL, MS_REC | MS_SLAVE, NULL) < 0) ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0)
		detail("cannot mount /proc anew: %m; the command sees the "
		       "numbers of processes outside");
}

static noreturn void end(const struct init_task *task, int code)
{
	if (task->mode == GUARD_SUBREAPER)
		kill_children();
	_exit(code);
}

/* What this mode needs; an error means that the next one has to do. */
static int set_up(const struct init_task *task)
{
	if (task->mode == GUARD_USER_NAMESPACE) {
		int r = map_ids(task);

		if (r < 0)
			return r;
	}
	if (task->mode == GUARD_SUBREAPER) {
		if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
			return -errno;
		/* No PR_SET_PDEATHSIG: to kill us at once would leave the
		 * command's children. The closed pipe tells us as well. */
		return 0;
	}
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	mount_proc();
	return 0;
}

static void report(const struct init_task *task, int error)
{
	(void)!write(task->report, &error, sizeof(error));
	(void)close(task->report);
}

/* The next order; ends us when there will be none. */
static unsigned char read_order(const struct init_task *task)
{
	unsigned char order;
	ssize_t n;

	do {
		n = read(task->orders, &order, sizeof(order));
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		warn("cannot read an order: %m");
		end(task, EX_BROKEN);
	}
	if (n == 0)
		end(task, EX_SIGNAL + SIGKILL); /* the guardian is dead */
	return order;
}

static pid_t start_command(const struct init_task *task)
{
	char **argv = task->req->argv;
	pid_t init = getpid(), pid = fork();
	int err;

	if (pid < 0)
		die(EX_BROKEN, "cannot start a process: %m");
	if (pid > 0)
		return pid;
	if (task->mode == GUARD_SUBREAPER) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != init)
			_exit(EX_BROKEN);
	}
	(void)sigprocmask(SIG_SETMASK, &task->mask, NULL);
	execvp(argv[0], argv);
	err = errno;
	warn("cannot run '%s': %s", argv[0], strerror(err));
	_exit(err == ENOENT ? EX_NOT_FOUND : EX_CANNOT_RUN);
}

/* Bury the dead; ends us with the command. */
static void reap(const struct init_task *task, pid_t command)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != command)
			continue;
		end(task, WIFSIGNALED(status) ? EX_SIGNAL + WTERMSIG(status)
					      : WEXITSTATUS(status));
	}
}

static noreturn void serve(const struct init_task *task, pid_t command)
{
	struct signalfd_siginfo info;
	sigset_t children;
	int fd;

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	fd = signalfd(-1, &children, SFD_CLOEXEC);
	if (fd < 0) {
		warn("cannot watch the command: %m");
		end(task, EX_BROKEN);
	}
	struct pollfd event[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = task->orders, .events = POLLIN },
	};
	for (;;) {
		reap(task, command);
		if (poll(event, 2, -1) < 0)
			continue;
		if (event[0].revents)
			(void)!read(fd, &info, sizeof(info));
		if (event[1].revents)
			(void)kill(command, read_order(task));
	}
}

noreturn void init_main(struct init_task *task)
{
	int r = set_up(task);

	report(task, -r);
	if (r < 0)
		_exit(EX_BROKEN);
	if (read_order(task) == ORDER_RESTRICT)
		restrict_self(task->req);
	serve(task, start_command(task));
}
