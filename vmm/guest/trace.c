/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/repro.h"
#include "vmm/guest/scx-timeout.h"
#include "vmm/guest/spawn.h"

/* Exit codes of the process; all but DONE are sentences of trace_end(). */
enum { DONE, NEVER_SEEN, NO_TRACE, NO_WRITE, NO_RECORD };

/**
 * struct follower - what the process looks for
 * @timeout: to be set; @timeout.ms is 0 once it is, or if nobody wants it
 * @verify: @verify.records is -1 if nobody wants to know
 * @repro: watches the programs; NULL: nobody does
 */
struct follower {
	struct scx_timeout timeout;
	struct verify verify;
	const struct repro *repro;
};

/* SIGTERM tells the process to end: at once, or when the thread that it holds
 * can go on by itself. */
static volatile sig_atomic_t is_busy, is_told;
static volatile sig_atomic_t code;

static void take_signal(int signal)
{
	(void)signal;
	is_told = 1;
	if (!is_busy)
		_exit(code);
}

/* A thread is about to call bpf(2). */
static void look(struct follower *f, pid_t pid, const uint64_t arg[3])
{
	int r = 0;

	if (arg[0] == BPF_MAP_UPDATE_ELEM && f->repro)
		repro_look(f->repro, pid, arg[1]);
	if (arg[0] == BPF_MAP_UPDATE_ELEM && f->timeout.ms) {
		r = scx_timeout_change(&f->timeout, pid, arg[1]);
		if (r < 0)
			_exit(NO_WRITE);
		if (r > 0) {
			f->timeout.ms = 0;
			code = DONE;
		}
	} else if (arg[0] == BPF_PROG_LOAD && f->verify.records >= 0) {
		r = verify_load(&f->verify, pid, arg[1], arg[2]);
		if (r < 0 && r != -ESRCH)
			_exit(NO_RECORD);
	}
}

/* A thread stands still at the begin or end of a system call. */
static void look_at_call(struct follower *f, pid_t pid)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
	    info.op == PTRACE_SYSCALL_INFO_ENTRY &&
	    info.arch == AUDIT_ARCH_X86_64 && info.entry.nr == __NR_bpf)
		look(f, pid,
		     (const uint64_t[3]){ info.entry.args[0],
					  info.entry.args[1],
					  info.entry.args[2] });
}

/* Nobody waits for anything any more. */
static bool is_done(const struct follower *f)
{
	return is_told ||
	       (!f->timeout.ms && f->verify.records < 0 && !f->repro);
}

/* All its threads and children, call by call; who ends lets them go on. */
static noreturn void follow(struct follower *f)
{
	int status, signal;
	pid_t who;

	for (;;) {
		is_busy = 0;
		who = is_told ? -1 : waitpid(-1, &status, __WALL);
		is_busy = 1;
		if (who < 0)
			_exit(code);
		if (!WIFSTOPPED(status))
			continue;
		signal = WSTOPSIG(status);
		if (signal == (SIGTRAP | 0x80))
			look_at_call(f, who);
		if (is_done(f))
			_exit(code);
		/* Stops of ptrace's own are no signals of the program's. */
		if (signal == (SIGTRAP | 0x80) || status >> 16)
			signal = 0;
		(void)ptrace(PTRACE_SYSCALL, who, 0, signal);
	}
}

static noreturn void trace(struct follower *f, int pid_pipe, int begin)
{
	struct sigaction told = { .sa_handler = take_signal };
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
		       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		       PTRACE_O_TRACEEXEC;
	pid_t pid;

	code = f->timeout.ms ? NEVER_SEEN : DONE;
	sigaction(SIGTERM, &told, NULL);
	if (read(pid_pipe, &pid, sizeof(pid)) != sizeof(pid))
		_exit(code);
	if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0)
		_exit(NO_TRACE);
	/* It waits for this, and stops first. */
	close(begin);
	follow(f);
}

static void close_all(struct trace *t)
{
	cleanup_fd(&t->gate);
	cleanup_fd(&t->pid_pipe);
	t->gate = t->pid_pipe = -1;
}

static int start(struct trace *t, struct watch *w, struct follower *f,
		 struct why *reterr_why)
{
	int gate[2], pids[2];
	pid_t pid;

	if (pipe2(gate, O_CLOEXEC) < 0 || pipe2(pids, O_CLOEXEC) < 0)
		return why_set(reterr_why, -errno, "cannot make a pipe");
	pid = fork();
	if (pid < 0)
		return why_set(reterr_why, -errno, "cannot fork");
	if (pid == 0) {
		close(pids[1]);
		trace(f, pids[0], gate[1]);
	}
	/* The gate opens when that process opens it, or ends. */
	close(gate[1]);
	close(pids[0]);
	t->gate = gate[0];
	t->pid_pipe = pids[1];
	children_add(&w->children, &t->child, pid);
	return 0;
}

int trace_begin(struct trace *t, struct watch *w, const struct job *job,
		struct why *reterr_why)
{
	enum verifier_wish wish =
		job->exec ? VERIFIER_NONE : job->test.verifier;
	struct follower f = { .verify = { .records = -1 }, .repro = w->repro };
	int r = 0;

	*t = (struct trace)TRACE_NONE;
	if (!job->watchdog_ns && wish == VERIFIER_NONE && !f.repro)
		return 0;
	if (job->watchdog_ns)
		r = scx_timeout_find(&f.timeout, job->watchdog_ns, reterr_why);
	if (r == 0 && wish != VERIFIER_NONE) {
		r = verify_begin(&f.verify, wish == VERIFIER_LOG);
		if (r < 0)
			why_set(reterr_why, r, "cannot make a file in memory");
	}
	t->verify = f.verify;
	return r < 0 ? r : start(t, w, &f, reterr_why);
}

void trace_of(struct trace *t, pid_t pid)
{
	/* Not heard, it ends, and trace_end() tells. */
	if (t->pid_pipe >= 0 &&
	    write(t->pid_pipe, &pid, sizeof(pid)) != sizeof(pid))
		spawn_kill(&t->child);
	close_all(t);
}

/* Have it end, and wait for that. Return: its exit code. */
static int finish(struct trace *t, struct watch *w)
{
	int status = NEVER_SEEN;

	close_all(t);
	if (!t->child.ended)
		(void)kill(t->child.pid, SIGTERM);
	(void)watch_until(w, clock_now_ns() + 2 * NS_PER_SEC, watch_child_ended,
			  &t->child);
	/* It hangs in the kernel, or no CPU has time for it. */
	spawn_kill(&t->child);
	(void)watch_until(w, clock_now_ns() + 2 * NS_PER_SEC, watch_child_ended,
			  &t->child);
	if (t->child.ended && WIFEXITED(t->child.status))
		status = WEXITSTATUS(t->child.status);
	children_forget(&w->children, &t->child);
	return status;
}

/* Have it end, and take what it sent. */
static int hear(struct trace *t, struct watch *w)
{
	int status = finish(t, w);

	if (w->repro)
		repro_hear(w->repro);
	return status;
}

void trace_drop(struct trace *t, struct watch *w)
{
	if (t->child.pid > 0) {
		(void)hear(t, w);
		(void)verify_send(&t->verify, w->channel);
	}
	verify_done(&t->verify);
}

int trace_end(struct trace *t, struct watch *w, struct why *reterr_why)
{
	static const char *const why[] = {
		[NEVER_SEEN] = "the scheduler's watchdog was not set: its "
			       "program did not hand over a map of struct "
			       "sched_ext_ops",
		[NO_TRACE] = "the scheduler's program cannot be traced, which "
			     "'watchdog' and 'verifier' need",
		[NO_WRITE] = "the scheduler's watchdog was not set: its "
			     "program's memory cannot be written to",
		[NO_RECORD] = "what the verifier says of the scheduler's "
			      "programs cannot be kept: too little memory?",
	};
	int status, r;

	if (t->child.pid <= 0)
		return 0;
	status = hear(t, w);
	r = verify_send(&t->verify, w->channel);
	verify_done(&t->verify);
	if (status == DONE)
		return r < 0 ? why_set(reterr_why, r,
				       "cannot send the scheduler's programs")
			     : 0;
	return why_set(reterr_why, -EINVAL, "%s",
		       why[status <= NO_RECORD ? status : NEVER_SEEN]);
}
