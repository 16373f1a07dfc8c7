/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guardian: it makes the cgroup, starts the init, forwards signals, and
 * removes the cgroup once the work is gone. It holds the locks it inherited
 * until then, so that who gets them finds the machine as it should be.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/sandbox/cgroup.h"
#include "tools/sandbox/sandbox.h"

static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD };

static const struct {
	unsigned long flags;
	const char *name;
} modes[] = {
	[GUARD_NAMESPACE] = { CLONE_NEWPID | CLONE_NEWNS, "PID namespace" },
	[GUARD_USER_NAMESPACE] = { CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS,
				   "user and PID namespace" },
	[GUARD_SUBREAPER] = { 0, "subreaper" },
};

/**
 * struct guard - state of the guardian
 * @init:   process that runs the command
 * @orders: write end of the pipe to it
 * @mode:   how they hold together
 * @place:  the cgroup, if any
 * @want:   what was asked of it
 */
struct guard {
	pid_t init;
	int orders;
	enum guard_mode mode;
	struct place place;
	struct place_want want;
	bool broken; /* it was killed, since it could not be told what to do */
};

void guard_block(sigset_t *ret)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t block;

	sigemptyset(&block);
	for (size_t i = 0; i < sizeof(handled) / sizeof(*handled); i++)
		sigaddset(&block, handled[i]);
	/* An inherited SIG_IGN would take our children's status from us. */
	(void)sigaction(SIGCHLD, &standard, NULL);
	(void)sigprocmask(SIG_BLOCK, &block, ret);
}

/* Start the init in @mode. Return: 0, or -errno when the mode is refused. */
static int start_in(const struct request *req, const sigset_t *mask,
		    enum guard_mode mode, struct guard *g)
{
	struct init_task task = { .req = req,
				  .mode = mode,
				  .mask = *mask,
				  .uid = geteuid(),
				  .gid = getegid() };
	int orders[2], answer[2], error = ECHILD;
	pid_t pid;

	if (pipe2(orders, O_CLOEXEC) < 0 || pipe2(answer, O_CLOEXEC) < 0)
		die(EX_BROKEN, "cannot make a pipe: %m");
	/* clone(2) as fork(2) does it, with namespaces. */
	pid = (pid_t)syscall(SYS_clone, modes[mode].flags | SIGCHLD, NULL, NULL,
			     NULL, NULL);
	if (pid < 0)
		error = errno;
	if (pid == 0) {
		task.orders = orders[0];
		task.report = answer[1];
		(void)close(orders[1]);
		(void)close(answer[0]);
		init_main(&task);
	}
	(void)close(orders[0]);
	(void)close(answer[1]);
	if (pid > 0 &&
	    read(answer[0], &error, sizeof(error)) != (ssize_t)sizeof(error))
		error = ECHILD;
	(void)close(answer[0]);
	if (error == 0) {
		g->init = pid;
		g->orders = orders[1];
		g->mode = mode;
		return 0;
	}
	(void)close(orders[1]);
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
	return -error;
}

static void start(const struct request *req, const sigset_t *mask,
		  struct guard *g)
{
	for (enum guard_mode mode = GUARD_NAMESPACE; mode <= GUARD_SUBREAPER;
	     mode++) {
		int r = start_in(req, mask, mode, g);

		if (r == 0) {
			detail("guarded by a %s", modes[mode].name);
			return;
		}
		detail("no %s: %s", modes[mode].name, strerror(-r));
	}
	die(EX_BROKEN, "cannot start a process for the command");
}

static void order(struct guard *g, int what)
{
	unsigned char byte = (unsigned char)what;

	if (write(g->orders, &byte, sizeof(byte)) == (ssize_t)sizeof(byte))
		return;
	/* The init may be dead; its end is what we see next. Else it would wait
	 * for a word for ever. */
	if (errno == EPIPE)
		return;
	warn("cannot give an order to the command's init: %m");
	g->broken = true;
	(void)kill(g->init, SIGKILL);
}

/* Say why there is no cgroup; with --strict that is the end. */
static void refuse(const struct request *req, struct guard *g,
		   enum place_kind kind, const struct why *why)
{
	if (!req->strict) {
		warn("no cpuset cgroup (%s: %s): CPU affinity and memory "
		     "policy instead",
		     place_kind_name(kind), why->text);
		return;
	}
	(void)kill(g->init, SIGKILL);
	(void)waitpid(g->init, NULL, 0);
	die(EX_BROKEN,
	    "no cpuset cgroup (%s: %s), and --strict; one of these helps: run "
	    "under systemd-run --user --scope -p 'Delegate=cpuset cpu'; run as "
	    "root with sudo -E; enable cpuset in the parent's "
	    "cgroup.subtree_control; drop --strict and the cap",
	    place_kind_name(kind), why->text);
}

/* Put the init where it belongs. Return: the order to begin with. */
static enum order place(const struct request *req, struct guard *g)
{
	struct cgroup_position where;
	enum place_kind kind = PLACE_NO_CGROUP2;
	struct why why;

	if (CPU_COUNT(&req->cpus) == 0)
		return ORDER_GO;
	g->want = (struct place_want){ .cpus = req->cpus,
				       .mems = req->mems,
				       .pid = g->init };
	if (cgroup_position_read(&where, &why) == 0) {
		kind = place_make(&where, &g->want, &g->place, &why);
		cgroup_position_done(&where);
	}
	if (kind == PLACE_MADE) {
		detail("in cgroup '%s'", g->place.name);
		return ORDER_GO;
	}
	refuse(req, g, kind, &why);
	return ORDER_RESTRICT;
}

/* Reap; true once the init has ended, with its @ret_status. */
static bool has_ended(const struct guard *g, int *ret_status)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == g->init) {
			*ret_status = status;
			return true;
		}
	}
	return false;
}

/* Forward signals until the init has ended. Return: its wait status. */
static int watch(struct guard *g)
{
	struct signalfd_siginfo info;
	sigset_t all;
	int status = 0;

	sigemptyset(&all);
	for (size_t i = 0; i < sizeof(handled) / sizeof(*handled); i++)
		sigaddset(&all, handled[i]);
	auto_fd int fd = signalfd(-1, &all, SFD_CLOEXEC);
	if (fd < 0)
		die(EX_BROKEN, "cannot wait for signals: %m");
	while (!has_ended(g, &status)) {
		if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
			continue;
		/* What the terminal sends, it sends to the command as well. */
		if (info.ssi_signo != SIGCHLD && info.ssi_code != SI_KERNEL)
			order(g, (int)info.ssi_signo);
	}
	return status;
}

/* The end of the cgroup. Others may have changed its parent meanwhile; then the
 * command did not run where it was meant to. */
static void leave(struct guard *g)
{
	struct why why;
	int r;

	if (g->place.parent < 0)
		return;
	if (place_check(&g->place, &g->want, &why) != PLACE_MADE)
		warn("the cgroup was changed while the command ran: %s",
		     why.text);
	r = place_remove(&g->place);
	if (r < 0)
		warn("cannot remove our cgroup: %s; the next sandbox will",
		     strerror(-r));
}

int guard_run(const struct request *req, const sigset_t *mask)
{
	struct guard g = { .place = PLACE_EMPTY };
	int status;

	start(req, mask, &g);
	/* An order to an init that has just ended is no reason to end before
	 * all is removed. */
	(void)sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN },
			NULL);
	/* What the init leaves behind without a namespace comes to us. */
	if (g.mode == GUARD_SUBREAPER)
		(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	order(&g, place(req, &g));
	status = watch(&g);
	if (g.mode == GUARD_SUBREAPER)
		kill_children();
	leave(&g);
	if (g.broken)
		return EX_BROKEN;
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	warn("the command's init was killed by signal %d", WTERMSIG(status));
	return EX_SIGNAL + WTERMSIG(status);
}
