/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <string.h>
#include <unistd.h>

static noreturn void become(char *const *argv, int in, int out, int err)
{
	static char path[] =
		"PATH=/job/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:"
		"/include-files";
	static char home[] = "HOME=/tmp", term[] = "TERM=dumb",
		    mark[] = "KTSTR_GUEST=1";
	static char libs[] = GUEST_LIBRARIES;
	static char *env[] = { path, home, term, mark, libs, NULL };
	struct sched_param plain = { 0 };
	sigset_t none;
	int error;

	if (in < 0)
		in = open("/dev/null", O_RDONLY | O_CLOEXEC);

	environ = env; /* execvp(3) looks at PATH in there */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0 &&
	    sched_setscheduler(0, SCHED_OTHER, &plain) == 0)
		execvp(argv[0], argv);
	error = errno;
	dprintf(2, "cannot run '%s': %s\n", argv[0], strerror(error));
	_exit(error == ENOENT ? 127 : 126);
}

int spawn_program(struct watch *w, char *const *argv, int in, int out, int err,
		  struct child *ret, struct why *reterr_why)
{
	return spawn_behind(w, argv, (struct spawn_pipes){ in, out, err }, -1,
			    ret, reterr_why);
}

int spawn_behind(struct watch *w, char *const *argv, struct spawn_pipes p,
		 int gate, struct child *ret, struct why *reterr_why)
{
	pid_t pid = fork();
	char byte;

	if (pid < 0)
		return why_set(reterr_why, -errno, "cannot fork for '%s'",
			       argv[0]);
	if (pid == 0) {
		if (gate >= 0)
			(void)!read(gate, &byte, 1);
		become(argv, p.in, p.out, p.err);
	}
	children_add(&w->children, ret, pid);
	return 0;
}

void spawn_kill(const struct child *c)
{
	struct sched_param high = { .sched_priority = SPAWN_INIT_PRIORITY - 1 };

	if (c->pid <= 0 || c->ended)
		return;
	(void)sched_setscheduler(c->pid, SCHED_FIFO, &high);
	(void)kill(c->pid, SIGKILL);
}
