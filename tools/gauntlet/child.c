/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/gauntlet/progress.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define LAST_BYTES_MAX 1000
#define HELD_BYTES_MAX 65536

static noreturn void become(char *const *command, int errors, pid_t parent)
{
	int code;

	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent ||
	    dup2(errors, STDERR_FILENO) < 0)
		_exit(EX_BROKEN);
	/* Its standard output is the result's path, which our caller chose. */
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(EX_BROKEN);
	execvp(command[0], command);
	code = errno == ENOENT ? EX_NOT_FOUND : EX_CANNOT_RUN;
	warn("cannot run '%s': %m", command[0]);
	_exit(code);
}

/* Follow the lines in @data; @line is the one that has not ended yet. */
static void follow(const char *data, size_t len, struct str *line,
		   struct str *last)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] != '\n') {
			if (line->len < LAST_BYTES_MAX)
				str_add_bytes(line, data + i, 1);
			continue;
		}
		if (line->len) {
			str_done(last);
			*last = *line;
			*line = (struct str){ 0 };
		}
	}
}

/* Pass on what can be read now. False at the end of it. */
static bool pass_on(int fd, struct str *line, struct str *last,
		    struct str *held)
{
	char data[4096];
	ssize_t n = read(fd, data, sizeof(data));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	follow(data, (size_t)n, line, last);
	if (held) {
		if (held->len + (size_t)n <= HELD_BYTES_MAX)
			str_add_bytes(held, data, (size_t)n);
		return n > 0;
	}
	if (n > 0)
		progress_clear();
	/* Whoever closed our standard error does not want it. */
	(void)file_write_all(STDERR_FILENO, data, (size_t)n);
	return n > 0;
}

/* Until the command ends; what it wrote before that is read to the end. */
static void attend(int child, int errors, struct str *last, struct str *held)
{
	auto_str struct str line = { 0 };
	struct pollfd fds[] = {
		{ .fd = errors, .events = POLLIN },
		{ .fd = child, .events = POLLIN },
	};

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			die(EX_BROKEN, "cannot wait for the command: %m");
		if (fds[0].revents) {
			if (!pass_on(errors, &line, last, held))
				fds[0].fd = -1;
		} else if (fds[1].revents) {
			break;
		}
		fds[0].revents = fds[1].revents = 0;
	}
	follow("\n", 1, &line, last);
}

int child_run(char *const *command, struct str *last, struct str *held)
{
	pid_t parent = getpid(), pid;
	int status = 0, pipes[2];

	if (pipe2(pipes, O_CLOEXEC) < 0)
		die(EX_BROKEN, "cannot make a pipe: %m");
	auto_fd int errors = pipes[0];
	if (fcntl(errors, F_SETFL, O_NONBLOCK) < 0)
		die(EX_BROKEN, "cannot use a pipe: %m");
	pid = fork();
	if (pid < 0)
		die(EX_BROKEN, "cannot start a process: %m");
	if (pid == 0)
		become(command, pipes[1], parent);
	close(pipes[1]);
	auto_fd int child = pidfd_open(pid, 0);
	if (child < 0)
		die(EX_BROKEN, "cannot watch the command: %m");
	attend(child, errors, last, held);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			die(EX_BROKEN, "cannot wait for the command: %m");
	}
	return status;
}
