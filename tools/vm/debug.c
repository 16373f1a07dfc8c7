/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/debug.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/msg.h"
#include "tools/lib/program.h"
#include "vmm/mon/resolve.h"
#include "vmm/repro/chain.h"
#include "vmm/seats.h"
#include "vmm/symbols.h"

/* The descriptor that gdb's shell has the connection as. */
#define GDB_FD 9

/* The machine stands where its job begins to matter. */
static int set_off(void *arg, struct why *reterr_why)
{
	struct debug *d = arg;
	int r = gdb_begin(&d->remote, reterr_why);

	if (r == 0)
		r = gdb_break(&d->remote, d->at, true, reterr_why);
	if (r == 0)
		r = gdb_continue(&d->remote, reterr_why);
	return r;
}

/*
 * In the child: become gdb. Its connection is a pipe of the shell, for it takes
 * no descriptor; what it interrupts is the guest, not that pipe.
 */
_Noreturn static void become_gdb(const struct debug *d, unsigned int cpu,
				 pid_t parent)
{
	char target[160], thread[32];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (isatty(0)) {
		/* Ctrl-C is for gdb, as a shell does it. */
		(void)setpgid(0, 0);
		(void)signal(SIGTTOU, SIG_IGN);
		(void)tcsetpgrp(0, getpid());
		(void)signal(SIGTTOU, SIG_DFL);
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(125);
	/* Numbers of two digits are none for some shells, as dash. */
	if (dup2(d->connection.fd, GDB_FD) < 0 || fcntl(GDB_FD, F_SETFD, 0) < 0)
		_exit(125);
	/*
	 * What writes has gdb's end as its input, so gdb would not see that
	 * what reads has come to QEMU's end.
	 */
	snprintf(target, sizeof(target),
		 "target remote | trap '' INT; { cat <&%d; "
		 "[ /proc/$$/fd/1 -ef /proc/self/fd/%d ] && kill $$; } & "
		 "exec cat >&%d",
		 GDB_FD, GDB_FD, GDB_FD);
	/*
	 * gdb asks for the registers of any CPU, gets the first one's, and
	 * takes them for those of the CPU that stopped. Its numbers are in the
	 * order of the CPUs and the seats behind them.
	 */
	snprintf(thread, sizeof(thread), "thread %u",
		 d->seats ? 2 * cpu + 1 : cpu + 1);
	execl(d->gdb, d->gdb, "-q", "-ex", target, "-ex", "thread 1", "-ex",
	      "maintenance flush register-cache", "-ex", thread, d->vmlinux,
	      (char *)NULL);
	warn("cannot run '%s': %m", d->gdb);
	_exit(125);
}

static int begin_gdb(struct debug *d, const struct gdb_stop *s,
		     struct why *reterr_why)
{
	unsigned int process, thread;
	pid_t parent = getpid();

	/* QEMU counts CPUs from 1. */
	if (sscanf(s->thread, "p%x.%x", &process, &thread) != 2 || thread < 1)
		return why_set(reterr_why, -EBADMSG,
			       "QEMU does not say which CPU stopped: '%s'",
			       s->thread);
	note("CPU %u stands at %s; the end of gdb is that of the machine",
	     thread - 1, d->function);
	d->pid = fork();
	if (d->pid == 0)
		become_gdb(d, thread - 1, parent);
	d->pid_fd = d->pid < 0 ? -1 : pidfd_open(d->pid, 0);
	if (d->pid_fd < 0)
		return why_set(reterr_why, -errno, "cannot start '%s': %s",
			       d->gdb, strerror(errno));
	/* From now on the socket is gdb's, which waits for its end: that comes
	 * when QEMU alone has the other one. */
	close(d->connection.stub_fd);
	d->connection.stub_fd = -1;
	d->connection.wait_fd = d->pid_fd;
	d->connection.patient = true;
	return 0;
}

/* The stub has said something; or gdb has ended. */
static int hear(void *arg, struct why *reterr_why)
{
	struct debug *d = arg;
	struct gdb_stop stop;

	if (d->pid)
		return 1;
	int r = gdb_remote_receive(&d->remote, 0, reterr_why);
	if (r != 0)
		return r == -EAGAIN ? 0 : r;
	r = gdb_read_stop(&d->remote, &stop, reterr_why);
	if (r != 0)
		return r;
	if (stop.ended)
		return 1;
	/* It is ours; gdb sets its own. */
	r = gdb_break(&d->remote, d->at, false, reterr_why);
	return r < 0 ? r : begin_gdb(d, &stop, reterr_why);
}

static void find_function(struct debug *d, const struct request *req)
{
	const char *const asked[] = { req->break_at, NULL };
	struct why why;
	int r = symbols_find(d->vmlinux, req->break_at ? asked : repro_triggers,
			     &d->at, &d->function, &why);

	if (r == -ENOENT && !req->break_at)
		die(EX_SKIP, "this kernel has no function that notes a "
			     "scheduler's error; choose one with --break");
	if (r < 0)
		die(req->break_at ? EX_USAGE : EX_SKIP, "%s", why.text);
}

void debug_begin(struct debug *d, const struct request *req,
		 struct machine_config *c)
{
	struct why why;
	int pair[2];

	*d = (struct debug){ .pid_fd = -1 };
	if (c->clock != CLOCK_VIRTUAL)
		die(EX_USAGE, "debug needs --clock virtual: under the real "
			      "clock a stop takes time of the guest, and it is "
			      "another run");
	d->gdb = program_find(req->gdb ? req->gdb : "gdb");
	if (!d->gdb)
		die(EX_SKIP, "cannot run '%s': %m (install gdb)",
		    req->gdb ? req->gdb : "gdb");
	if (!c->gate_fd)
		die(EX_SKIP, "debug needs ktstr-gate.so: without it QEMU goes "
			     "on at a stop, and it is another run");
	d->vmlinux = mon_find_vmlinux(c->kernel);
	if (!d->vmlinux)
		die(EX_SKIP, "there is no vmlinux beside the kernel '%s'",
		    c->kernel);
	find_function(d, req);
	d->seats = seats_of(c).count > 0;
	if (gdb_remote_pair(pair, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	gdb_remote_begin(&d->remote, pair[0]);
	d->connection = (struct machine_debug){
		.fd = pair[0],
		.stub_fd = pair[1],
		.wait_fd = pair[0],
		.begin = set_off,
		.hear = hear,
		.arg = d,
	};
	c->debug = &d->connection;
}

int debug_end(struct debug *d)
{
	int code = EX_PASS;

	close(d->connection.fd);
	if (d->connection.stub_fd >= 0)
		close(d->connection.stub_fd);
	if (d->pid > 0) {
		while (waitpid(d->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
		(void)signal(SIGTTOU, SIG_IGN);
		if (isatty(0))
			(void)tcsetpgrp(0, getpgrp());
		close(d->pid_fd);
	} else {
		note("the machine ended without coming to %s", d->function);
		code = EX_FAIL;
	}
	gdb_remote_done(&d->remote);
	free(d->gdb);
	free(d->vmlinux);
	return code;
}
