/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.c - a preloaded library that starts a program's main() as often as it is
 * asked to, and lets one call of each run fail (fail.h).
 *
 * Calls are counted for each process of a run by itself, so that their order
 * does not depend on who runs first. A program that is started by execve(2) is
 * not counted any more. What C's start-up and the libraries do before main() is
 * not counted either: each program of the system would fail there.
 */
#include "tests/failures/run.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

static const struct fail_call_info info[] = FAIL_TABLE;
static struct fail_shared *shared;
/* Of this process; no run is on in who waits for requests. */
static uint32_t process, forking;
static bool counting;
static __thread bool inside;
static int (*real_main)(int, char **, char **);

static uint64_t hash_of(void *const *frame, int count)
{
	uint64_t hash = 14695981039346656037u;

	for (int i = 0; i < count; i++)
		hash = (hash ^ (uintptr_t)frame[i]) * 1099511628211u;
	return hash;
}

static uintptr_t base_of(const void *address)
{
	Dl_info info_of = { 0 };

	return dladdr(address, &info_of) ? (uintptr_t)info_of.dli_fbase : 0;
}

/* The first function of the stack that is not ours is not the program's. */
static bool is_foreign(void *const *frame, int count)
{
	uintptr_t ours = base_of((void *)base_of), program = base_of(real_main);

	for (int i = 0; i < count; i++) {
		uintptr_t base = base_of(frame[i]);

		if (base != ours)
			return base != program;
	}
	return true;
}

/* The functions that lead to this call; the innermost are ours. */
static void note_point(enum fail_call call, uint32_t nth)
{
	void *frame[FAIL_STACK];
	int count = backtrace(frame, FAIL_STACK);
	uint32_t at = __atomic_fetch_add(&shared->points, 1, __ATOMIC_RELAXED);

	if (at < FAIL_POINTS)
		shared->point[at] = (struct fail_point){
			.process = (uint16_t)process,
			.call = (uint8_t)call,
			.foreign = is_foreign(frame, count),
			.nth = nth,
			.stack = hash_of(frame, count),
		};
}

/* The functions that lead to here, without those of this library. */
static void note_where(char *to)
{
	void *frame[FAIL_STACK];
	int count = backtrace(frame, FAIL_STACK);
	uintptr_t ours = base_of((void *)base_of);
	size_t len = 0;

	for (int i = 0; i < count; i++) {
		Dl_info where = { 0 };
		uintptr_t at = (uintptr_t)frame[i] - 1;

		if (dladdr(frame[i], &where) == 0 ||
		    (uintptr_t)where.dli_fbase == ours)
			continue;
		int n = snprintf(
			to + len, FAIL_TEXT - len, "%s +0x%lx\n",
			where.dli_fname,
			(unsigned long)(at - (uintptr_t)where.dli_fbase));
		if (n < 0 || (size_t)n >= FAIL_TEXT - len)
			break;
		len += (size_t)n;
	}
}

static void note_crash(int signo)
{
	inside = true;
	note_where(shared->crash);
	(void)raise(signo);
}

/* The @nth call of this process: is it the one? */
static bool is_hit(enum fail_call call, uint32_t nth, bool memory)
{
	bool on = shared->kind == FAIL_ROOM_ON || shared->kind == FAIL_CALL_ON;
	bool of_memory =
		shared->kind == FAIL_ROOM || shared->kind == FAIL_ROOM_ON;
	static uint32_t first;

	if (shared->kind == FAIL_NOTHING || memory != of_memory ||
	    shared->process != process)
		return false;
	if (nth == shared->nth) {
		first = call;
		note_where(shared->where);
		shared->hit_call = (uint8_t)call;
		shared->hit = true;
		return true;
	}
	return on && nth > shared->nth && call == first;
}

/* Return: 0, or the error that the call has. */
static int look(enum fail_call call)
{
	bool memory = call == FAIL_memory;
	uint32_t *count;
	int error = 0;

	if (!counting || inside)
		return 0;
	inside = true;
	count = memory ? &shared->process_of[process].room
		       : &shared->process_of[process].calls;
	uint32_t nth = __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
	if (shared->list)
		note_point(call, nth);
	if (is_hit(call, nth, memory))
		error = shared->kind == FAIL_SHORT
				? -1
				: info[call].error[shared->kind == FAIL_CALL_2];
	inside = false;
	return error;
}

bool run_lacks_room(void)
{
	int error = look(FAIL_memory);

	if (error)
		errno = error;
	return error != 0;
}

static __thread bool is_short;

bool run_fails(enum fail_call call)
{
	int saved = errno, error = look(call);

	is_short = error < 0;
	errno = error > 0 ? error : saved;
	return error > 0;
}

size_t run_moves(enum fail_call call, size_t bytes)
{
	bool one = is_short && info[call].shorts && bytes > 1;

	is_short = false;
	return one ? 1 : bytes;
}

/* A process is the same one in all runs: who forks says which it will be. */
void run_forks(void)
{
	uint32_t nth, i;

	if (!counting)
		return;
	nth = ++shared->process_of[process].forks;
	for (i = 1; i < shared->started; i++)
		if (shared->process_of[i].parent == process &&
		    shared->process_of[i].nth == nth)
			break;
	forking = i;
	if (i < shared->started || i >= FAIL_PROCESSES)
		return;
	shared->process_of[i].parent = process;
	shared->process_of[i].nth = nth;
	shared->started = i + 1;
}

void run_forked(int pid)
{
	if (!counting || pid != 0)
		return;
	process = forking;
	counting = process < FAIL_PROCESSES;
}

static const char *folder, *input;

bool run_is_on(void)
{
	return counting;
}

static int go_on(int argc, char **argv, char **envp)
{
	static const int crash[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	struct sigaction note = { .sa_handler = note_crash,
				  .sa_flags = SA_RESETHAND | SA_ONSTACK };
	/* Functions that call each other without end leave no stack. */
	static char own_stack[1 << 17];
	const stack_t stack = { .ss_sp = own_stack,
				.ss_size = sizeof(own_stack) };
	int fd;

	(void)sigaltstack(&stack, NULL);
	for (size_t i = 0; i < sizeof(crash) / sizeof(crash[0]); i++)
		(void)sigaction(crash[i], &note, NULL);
	(void)close(FAIL_CONTROL);
	(void)setsid();
	fd = open(input ? input : "/dev/null", O_RDONLY);
	if (chdir(folder) < 0 || fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		abort();
	if (fd > STDERR_FILENO)
		(void)close(fd);
	process = 0;
	counting = true;
	return real_main(argc, argv, envp);
}

/* Kill what the run has left, and tell how many there were. */
static int end_children(void)
{
	char path[64], list[4096];
	int killed = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, list, sizeof(list) - 1);
	(void)close(fd);
	list[n > 0 ? n : 0] = '\0';
	for (char *at = list, *end; *at; at = end) {
		pid_t pid = (pid_t)strtol(at, &end, 10);

		if (end == at)
			break;
		killed += kill(pid, SIGKILL) == 0;
	}
	return killed;
}

/* Until the run has ended, and all that it has started. */
static void wait_for(pid_t pid)
{
	bool ended = false;
	int status, waited_ms = 0;

	for (;;) {
		pid_t one = waitpid(-1, &status, ended ? WNOHANG : 0);

		if (one < 0 && errno != EINTR)
			return;
		if (one == pid) {
			shared->status = status;
			ended = true;
		}
		if (one != 0)
			continue;
		(void)poll(NULL, 0, 1);
		if (++waited_ms >= shared->grace_ms)
			shared->left += end_children();
	}
}

static int serve(int argc, char **argv, char **envp)
{
	void *warm_up[4];
	char c;

	(void)backtrace(warm_up, 4);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	while (read(FAIL_CONTROL, &c, 1) == 1) {
		pid_t pid = fork();

		if (pid == 0)
			return go_on(argc, argv, envp);
		if (pid < 0 || write(FAIL_CONTROL, &pid, sizeof(pid)) < 0)
			_exit(125);
		wait_for(pid);
		if (write(FAIL_CONTROL, &c, 1) != 1)
			break;
	}
	/* Not _exit(): the counters of COVERAGE=1, of all runs, are saved. */
	exit(0);
}

PUBLIC int __libc_start_main(int (*main)(int, char **, char **), int argc,
			     char **argv, void (*init)(void),
			     void (*fini)(void), void (*rtld_fini)(void),
			     void *stack_end);
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv,
		      void (*init)(void), void (*fini)(void),
		      void (*rtld_fini)(void), void *stack_end)
{
	__typeof__(__libc_start_main) *next = NULL;

	*(void **)&next = dlsym(RTLD_NEXT, "__libc_start_main");
	folder = getenv(FAIL_IN);
	input = getenv(FAIL_STDIN);
	if (folder) {
		folder = strdup(folder);
		input = input ? strdup(input) : NULL;
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED, FAIL_MEMORY, 0);
		if (shared == MAP_FAILED)
			abort();
		(void)close(FAIL_MEMORY);
		(void)fcntl(FAIL_CONTROL, F_SETFD, FD_CLOEXEC);
		(void)unsetenv(FAIL_IN);
		(void)unsetenv(FAIL_STDIN);
		(void)unsetenv("LD_PRELOAD");
		real_main = main;
		main = serve;
	}
	return next(main, argc, argv, init, fini, rtld_fini, stack_end);
}
