/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child of ours makes other calls than it thinks. */
#include "vmm/guest/inject.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "tests/unit/t.h"

static int seen;

static void count(int signal)
{
	(void)signal;
	seen++;
}

/* Wait until @pid begins the call of that @number. */
static void run_to(pid_t pid, long number)
{
	struct __ptrace_syscall_info info;
	int status;

	for (;;) {
		CHECK(ptrace(PTRACE_SYSCALL, pid, 0, 0) == 0);
		CHECK(waitpid(pid, &status, __WALL) == pid);
		CHECK(WIFSTOPPED(status));
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		CHECK(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info),
			     &info) > 0);
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY &&
		    info.entry.nr == (unsigned long)number)
			return;
	}
}

static pid_t start(int (*child)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(child());
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	CHECK(ptrace(PTRACE_SETOPTIONS, pid, 0,
		     PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == 0);
	return pid;
}

static int finish(pid_t pid)
{
	int status;

	CHECK(ptrace(PTRACE_DETACH, pid, 0, 0) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Registers that the calls have for themselves stay what they were. */
static int asks_for_its_parent(void)
{
	register long r12 __asm__("r12") = 12;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result), "+r"(r12)
			 : "a"(SYS_getppid), "D"(1L), "S"(2L), "d"(3L)
			 : "rcx", "r11", "memory");
	return result == 4711 && r12 == 12 ? 7 : 1;
}

TEST(other_calls_are_made_and_a_result_is_told)
{
	pid_t pid = start(asks_for_its_parent);
	struct inject i;
	int64_t own = 0, at = 0;

	run_to(pid, SYS_getppid);
	CHECK_INT(inject_begin(&i, pid), 0);
	CHECK_INT(inject_call(&i, SYS_getpid, (uint64_t[6]){ 0 }, &own), 0);
	CHECK_INT(own, pid);
	CHECK_INT(inject_call(&i, SYS_mmap,
			      (uint64_t[6]){ 0, 4096, PROT_READ,
					     MAP_PRIVATE | MAP_ANONYMOUS,
					     (uint64_t)-1, 0 },
			      &at),
		  0);
	CHECK(at > 0);
	CHECK_INT(inject_call(&i, SYS_munmap,
			      (uint64_t[6]){ (uint64_t)at, 4096 }, &own),
		  0);
	CHECK_INT(own, 0);
	/* An error is a result as well. */
	CHECK_INT(inject_call(&i, SYS_close, (uint64_t[6]){ 4095 }, &own), 0);
	CHECK_INT(own, -EBADF);
	CHECK_INT(inject_end(&i, 4711), 0);
	CHECK_INT(finish(pid), 7);
}

static int is_signalled(void)
{
	signal(SIGUSR1, count);
	/* At a place without a library around it: no call is made again. */
	long result = syscall(SYS_getppid);

	/* Under ThreadSanitizer a handler waits for the next call of libc. */
	(void)close(-1);
	return result == 5 && seen == 1 ? 7 : seen + 1;
}

TEST(signals_wait_until_it_goes_on)
{
	pid_t pid = start(is_signalled);
	struct inject i;
	int64_t own;

	run_to(pid, SYS_getppid);
	CHECK_INT(inject_begin(&i, pid), 0);
	CHECK(kill(pid, SIGUSR1) == 0);
	CHECK_INT(inject_call(&i, SYS_getpid, (uint64_t[6]){ 0 }, &own), 0);
	CHECK_INT(own, pid);
	CHECK_INT(i.signals, 1);
	CHECK_INT(inject_end(&i, 5), 0);
	/* It comes as a stop of its own, and is passed on. */
	int status;
	CHECK(ptrace(PTRACE_CONT, pid, 0, 0) == 0);
	CHECK(waitpid(pid, &status, __WALL) == pid);
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1);
	CHECK(ptrace(PTRACE_DETACH, pid, 0, SIGUSR1) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 7);
}

TEST(a_thread_that_ends_is_told)
{
	pid_t pid = start(asks_for_its_parent);
	struct inject i;
	int64_t own;

	run_to(pid, SYS_getppid);
	CHECK_INT(inject_begin(&i, pid), 0);
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK_INT(inject_call(&i, SYS_getpid, (uint64_t[6]){ 0 }, &own),
		  -ESRCH);
}
