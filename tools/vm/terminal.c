/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/vm/carrier.h"

/* Descriptors 0 to 2 may be closed, and 0 says that there is no port. */
static int above_standard(int fd)
{
	int copy = fd > 2 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy != fd)
		close(fd);
	return copy;
}

static int make_channels(int port[2], int hold[2], struct why *reterr_why)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, port) < 0)
		return why_set(reterr_why, -errno, "cannot make a socket: %s",
			       strerror(errno));
	port[0] = above_standard(port[0]);
	port[1] = above_standard(port[1]);
	if (port[0] < 0 || port[1] < 0 || pipe2(hold, O_CLOEXEC) < 0)
		return why_set(reterr_why, -errno, "cannot make a pipe: %s",
			       strerror(errno));
	hold[0] = above_standard(hold[0]);
	hold[1] = above_standard(hold[1]);
	return 0;
}

int terminal_begin(struct terminal *t, struct why *reterr_why)
{
	int port[2] = { -1, -1 }, hold[2] = { -1, -1 };
	int r = make_channels(port, hold, reterr_why);

	if (r < 0)
		return r;
	*t = (struct terminal){ .port = port[1], .hold = hold[1] };
	t->is_tty = tcgetattr(STDIN_FILENO, &t->saved) == 0;
	t->pid = fork();
	if (t->pid == 0) {
		close(port[1]);
		close(hold[1]);
		carrier_run(port[0], hold[0], t->is_tty ? &t->saved : NULL);
	}
	int error = errno;
	close(port[0]);
	close(hold[0]);
	if (t->pid > 0)
		return 0;
	t->pid = 0;
	close(port[1]);
	close(hold[1]);
	return why_set(reterr_why, -error, "cannot fork: %s", strerror(error));
}

/* A carrier that was killed could not do this itself. */
static void restore(const struct terminal *t)
{
	sigset_t set, before;

	if (!t->is_tty)
		return;
	/* From the background we would be stopped instead. */
	sigemptyset(&set);
	sigaddset(&set, SIGTTOU);
	sigprocmask(SIG_BLOCK, &set, &before);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &t->saved);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

bool terminal_has_ended(struct terminal *t, enum terminal_end *ret)
{
	int status;

	if (t->pid <= 0 || waitpid(t->pid, &status, WNOHANG) != t->pid)
		return false;
	t->pid = 0;
	restore(t);
	*ret = WIFEXITED(status) ? (enum terminal_end)WEXITSTATUS(status)
				 : TERMINAL_KILLED;
	return true;
}

/* Wait for its end as long as we may; then kill it. */
static void bring_down(pid_t pid, int patience_ms, int stop_fd)
{
	auto_fd int fd = pidfd_open(pid, 0);
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
			       { .fd = stop_fd, .events = POLLIN } };
	int r;

	if (fd < 0)
		return;
	do {
		r = poll(p, 2, patience_ms);
	} while (r < 0 && errno == EINTR);
	if (!p[0].revents)
		(void)kill(pid, SIGKILL);
}

void terminal_end(struct terminal *t, int patience_ms, int stop_fd)
{
	if (t->hold > 0)
		close(t->hold);
	if (t->port > 0)
		close(t->port);
	t->hold = t->port = 0;
	if (t->pid <= 0)
		return;
	bring_down(t->pid, patience_ms, stop_fd);
	while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	t->pid = 0;
	restore(t);
}
