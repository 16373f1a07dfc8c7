/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/sandbox/timed.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define LIMIT_MS 2000

int timed_write_at(int dir, const char *name, const char *text)
{
	pid_t pid = fork();
	int status = 0, r;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(-file_write_at(dir, name, text)); /* errno < 256 */

	auto_fd int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd end = { .fd = fd, .events = POLLIN };
	/* Without pidfds (Linux before 5.3) we wait without a limit. */
	do {
		r = fd < 0 ? 1 : poll(&end, 1, LIMIT_MS);
	} while (r < 0 && errno == EINTR);
	if (r == 0) {
		/* It may sleep in the kernel; who reaps us reaps it. */
		(void)kill(pid, SIGKILL);
		return -ETIMEDOUT;
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}
