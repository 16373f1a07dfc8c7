/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tools/lib/msg.h"
#include "tools/vm/live.h"

int signals_watch(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, LIVE_SIGNAL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		die(EX_BROKEN, "cannot watch signals: %m");
	return fd;
}

void signals_end(int fd)
{
	sigset_t set;

	/* Nobody waits for LIVE_SIGNAL any more, which is ours. */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	close(fd);
}

noreturn void signals_die_of(int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	raise(signal);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(EX_SIGNAL + signal);
}

noreturn void signals_die(int fd)
{
	struct signalfd_siginfo info = { 0 };

	(void)!read(fd, &info, sizeof(info));
	signals_die_of((int)info.ssi_signo);
}
