/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lock/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How often we look whether the command runs short of tokens. */
#define LOOK_NS 200000000

/**
 * struct watch - the command, and who wants us
 * @child:  the command
 * @parent: ours, as --die-with-parent has it
 */
struct watch {
	const struct request *req;
	struct loan *loan;
	pid_t child, parent;
};

void loan_begin(struct loan *l)
{
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t all;

	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, &l->mask) < 0 ||
	    /* An inherited SIG_IGN would take the command's status from us. */
	    sigaction(SIGCHLD, &standard, &l->child) < 0)
		die(EX_BROKEN, "cannot hold signals back: %m");
}

void loan_take(struct loan *l, unsigned int want)
{
	const struct jobserver *outer = l->outer;
	unsigned int n = jobserver_take(l->outer, want);

	/* An empty pipe has room; what it did not get is held all the same. */
	if (n > 0)
		(void)!write(l->pipe[1], outer->token + outer->held - n, n);
}

void loan_return(struct jobserver *outer)
{
	unsigned int lost = jobserver_give_back(outer);

	if (lost > 0)
		warn("%u of make's job slots cannot be given back", lost);
}

static noreturn void run(const struct request *req, struct loan *l, pid_t tool)
{
	/* These tokens are our parent's. */
	l->outer->held = 0;
	/* As if we were one process. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != tool)
		die(EX_BROKEN, "cannot follow our parent");
	if (sigaction(SIGCHLD, &l->child, NULL) < 0 ||
	    sigprocmask(SIG_SETMASK, &l->mask, NULL) < 0)
		die(EX_BROKEN, "cannot restore signals: %m");
	become(req);
}

/* Readers of the command's output wait for its end, not for ours. */
static void leave_streams(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	if (null > STDERR_FILENO)
		(void)close(null);
}

/*
 * When our parent dies, a plain SIGKILL would cost it our tokens, if make is
 * one that has a parent itself. A signal that we see serves as well, unless we
 * are stopped.
 */
static void follow_parent(const struct request *req, int sig)
{
	if (req->die_with_parent && prctl(PR_SET_PDEATHSIG, sig) < 0)
		warn("cannot follow our parent: %m");
}

static bool is_foreground(void)
{
	int tty = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	bool is = tty >= 0 && tcgetpgrp(tty) == getpgrp();

	if (tty >= 0)
		(void)close(tty);
	return is;
}

/*
 * Signals of job control stop all of a job, of which we are what the shell
 * sees. SIGSTOP is such a one where a command suspends itself at a terminal.
 * Elsewhere somebody stopped the command alone, and will wake it alone: nobody
 * would wake us.
 */
static bool is_the_jobs(int sig)
{
	return sig != SIGSTOP || is_foreground();
}

static void stop_too(const struct request *req)
{
	sigset_t pending;

	/* Woken again already? Then that is passed on to the command. */
	if (sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1)
		return;
	follow_parent(req, SIGKILL);
	(void)raise(SIGSTOP);
	follow_parent(req, SIGTERM);
}

/* True once the command has ended, with its wait status. */
static bool has_ended(const struct watch *w, int *ret_status)
{
	int status;

	while (waitpid(w->child, &status, WNOHANG | WUNTRACED) == w->child) {
		if (!WIFSTOPPED(status)) {
			*ret_status = status;
			return true;
		}
		if (is_the_jobs(WSTOPSIG(status)))
			stop_too(w->req);
	}
	return false;
}

/* Did the command get @info as well? A terminal sends these to all of its
 * foreground; a hangup it may tell to its session's leader alone. */
static bool is_from_terminal(const siginfo_t *info)
{
	switch (info->si_signo) {
	case SIGINT:
	case SIGQUIT:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
	case SIGWINCH:
		return info->si_code == SI_KERNEL;
	default:
		return false;
	}
}

/* All its tokens are in use, and it has fewer than CPUs. */
static void lend_more(struct loan *l)
{
	int idle;

	if (ioctl(l->pipe[0], FIONREAD, &idle) == 0 && idle == 0)
		loan_take(l, 1);
}

static void wait_a_little(const struct watch *w)
{
	const struct timespec limit = { .tv_nsec = LOOK_NS };
	bool is_short = w->loan->outer->held + 1 < w->loan->cpus;
	siginfo_t info;
	sigset_t all;
	int sig;

	sigfillset(&all);
	sig = sigtimedwait(&all, &info, is_short ? &limit : NULL);
	if (sig > 0 && sig != SIGCHLD && !is_from_terminal(&info))
		(void)kill(w->child, sig);
	if (is_short)
		lend_more(w->loan);
}

static noreturn void end_like(int status)
{
	const struct rlimit no_core = { 0 };
	sigset_t self;

	if (!WIFSIGNALED(status))
		exit(WEXITSTATUS(status));
	/* Its core is enough. */
	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)signal(WTERMSIG(status), SIG_DFL);
	sigemptyset(&self);
	sigaddset(&self, WTERMSIG(status));
	(void)raise(WTERMSIG(status));
	(void)sigprocmask(SIG_UNBLOCK, &self, NULL);
	exit(EX_SIGNAL + WTERMSIG(status));
}

noreturn void loan_hold(const struct request *req, struct loan *l)
{
	struct watch w = { .req = req, .loan = l, .parent = getppid() };
	pid_t tool = getpid();
	int status;

	follow_parent(req, SIGTERM);
	w.child = fork();
	if (w.child < 0)
		die(EX_BROKEN, "cannot start a process: %m");
	if (w.child == 0)
		run(req, l, tool);
	leave_streams();
	while (!has_ended(&w, &status)) {
		if (req->die_with_parent && getppid() != w.parent)
			(void)kill(w.child, SIGKILL);
		wait_a_little(&w);
	}
	loan_return(l->outer);
	end_like(status);
}
