/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/inject.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL_BYTES 2 /* of the instruction: 0f 05 */

/* Let it run up to the next begin or end of a call. */
static int next_stop(struct inject *i)
{
	for (;;) {
		int status, signal;
		pid_t who;

		if (ptrace(PTRACE_SYSCALL, i->pid, 0, 0) < 0)
			return -errno;
		do
			who = waitpid(i->pid, &status, __WALL);
		while (who < 0 && errno == EINTR);
		if (who < 0)
			return -errno;
		if (!WIFSTOPPED(status))
			return -ESRCH;
		signal = WSTOPSIG(status);
		if (signal == (SIGTRAP | 0x80))
			return 0;
		/* Stops of ptrace's own are no signals of the program's. */
		if (status >> 16 == 0 && i->signals < INJECT_SIGNALS)
			i->signal[i->signals++] = signal;
	}
}

static int set_registers(const struct inject *i,
			 const struct user_regs_struct *regs)
{
	return ptrace(PTRACE_SETREGS, i->pid, 0, regs) < 0 ? -errno : 0;
}

int inject_begin(struct inject *i, pid_t pid)
{
	struct user_regs_struct regs;
	int r;

	*i = (struct inject){ .pid = pid };
	if (ptrace(PTRACE_GETREGS, pid, 0, &i->before) < 0)
		return -errno;
	/* No such call: it is not made, and its end is the next stop. */
	regs = i->before;
	regs.orig_rax = (unsigned long long)-1;
	r = set_registers(i, &regs);
	return r < 0 ? r : next_stop(i);
}

int inject_call(struct inject *i, long number, const uint64_t arg[6],
		int64_t *ret)
{
	struct user_regs_struct regs = i->before;
	int r;

	regs.rip = i->before.rip - CALL_BYTES;
	regs.rax = (unsigned long long)number;
	/* It does not come from a call that might have to be made again. */
	regs.orig_rax = (unsigned long long)-1;
	regs.rdi = arg[0];
	regs.rsi = arg[1];
	regs.rdx = arg[2];
	regs.r10 = arg[3];
	regs.r8 = arg[4];
	regs.r9 = arg[5];
	r = set_registers(i, &regs);
	if (r == 0)
		r = next_stop(i); /* the begin */
	if (r == 0)
		r = next_stop(i); /* the end */
	if (r == 0 && ptrace(PTRACE_GETREGS, i->pid, 0, &regs) < 0)
		r = -errno;
	if (r == 0)
		*ret = (int64_t)regs.rax;
	return r;
}

int inject_end(struct inject *i, int64_t result)
{
	struct user_regs_struct regs = i->before;

	regs.rax = (unsigned long long)result;
	regs.orig_rax = (unsigned long long)-1;
	for (unsigned int k = 0; k < i->signals; k++)
		(void)syscall(SYS_tkill, i->pid, i->signal[k]);
	i->signals = 0;
	return set_registers(i, &regs);
}
