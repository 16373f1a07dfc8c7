/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * work-exec.c - any program as a worker.
 *
 * The worker's process stands above the program: it has its cgroup, policy and
 * affinity, passes them on by fork, and then only waits. As the subreaper of
 * all that comes from the program it knows when all of it is gone.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmm/guest/spawn.h"
#include "vmm/guest/worker-self.h"

/**
 * struct program - in memory shared with the child
 * @path: in the guest
 * @pid:  of the program; 0 when it has ended
 * @error: why it could not be run
 * @sched: of its threads, read when it ended or was stopped
 */
struct program {
	char path[512];
	pid_t pid;
	int error;
	struct worker_sched sched;
};

static struct program *program_of(const struct self *self)
{
	return (struct program *)self->memory;
}

static void begin(struct self *self)
{
	auto_str struct str path = { 0 };
	struct program *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sigset_t set;

	if (p == MAP_FAILED)
		worker_fail(self, "cannot get memory");
	self->memory = (unsigned char *)p;
	work_program_guest(self->work, &path);
	snprintf(p->path, sizeof(p->path), "%s", str_text(&path));
	if (access(p->path, X_OK) < 0)
		worker_fail(self, "cannot run '%s'", self->work->program[0]);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	self->file = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (self->file < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		worker_fail(self, "cannot watch over a program");
}

static noreturn void become(const struct self *self, struct program *p)
{
	static char search[] =
		"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:"
		"/include-files";
	static char home[] = "HOME=/tmp", term[] = "TERM=dumb";
	static char mark[] = "KTSTR_GUEST=1", libs[] = GUEST_LIBRARIES;
	static char *env[] = { search, home, term, mark, libs, NULL };
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	/* Workers end their sleeps early; a program is a plain one. */
	prctl(PR_SET_TIMERSLACK, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (in >= 0 && dup2(in, 0) >= 0 && dup2(self->task->log, 1) >= 0 &&
	    dup2(self->task->log, 2) >= 0)
		execve(p->path, self->work->program, env);
	p->error = errno;
	_exit(127);
}

/* All threads that there are. */
static void read_sched(struct program *p)
{
	char path[64];
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)p->pid);
	dir = opendir(path);
	p->sched = (struct worker_sched){ 0 };
	while (dir && (e = readdir(dir))) {
		struct worker_sched s;
		char file[128];

		snprintf(file, sizeof(file), "%s/%.20s/schedstat", path,
			 e->d_name);
		if (e->d_name[0] == '.' || worker_read_schedstat(file, &s) < 0)
			continue;
		p->sched.run_delay_ns += s.run_delay_ns;
		p->sched.timeslices += s.timeslices;
	}
	if (dir)
		closedir(dir);
}

/* The parent of a process; 0 when it is gone. */
static pid_t parent_of(const char *name)
{
	char path[64], text[256], *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	end = strrchr(text, ')'); /* a program may be called ") R 1" */
	return end && strlen(end) > 4 ? (pid_t)strtol(end + 4, NULL, 10) : 0;
}

/* A process must run to die, whatever the scheduler thinks of it. */
static void kill_children(void)
{
	struct sched_param high = { .sched_priority = WORK_PRIORITY_MAX };
	pid_t self = getpid();
	DIR *dir = opendir("/proc");
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid <= 0 || parent_of(e->d_name) != self)
			continue;
		(void)sched_setscheduler(pid, SCHED_FIFO, &high);
		(void)kill(pid, SIGKILL);
	}
	if (dir)
		closedir(dir);
}

/* Orphans become our children: when we have none, all are gone. */
static void kill_all(struct program *p)
{
	if (p->pid)
		read_sched(p);
	p->pid = 0;
	for (;;) {
		pid_t pid;

		kill_children();
		pid = waitpid(-1, NULL, 0);
		while (pid > 0)
			pid = waitpid(-1, NULL, WNOHANG);
		if (pid < 0 && errno == ECHILD)
			return;
	}
}

static noreturn void ended_early(const struct self *self, struct program *p,
				 int status)
{
	const char *name = self->work->program[0];

	kill_all(p);
	errno = p->error;
	if (p->error)
		worker_fail(self, "cannot run '%s'", name);
	if (WIFSIGNALED(status))
		worker_fail(self, "'%s' ended before the stop by signal %d",
			    name, WTERMSIG(status));
	worker_fail(self, "'%s' ended before the stop with status %d%s", name,
		    WEXITSTATUS(status),
		    status ? "" : "; 'once=yes' allows that");
}

/* What is there stays readable until it is waited for. */
static void reap(const struct self *self, struct program *p)
{
	siginfo_t info = { 0 };

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid > 0) {
		bool is_it = info.si_pid == p->pid;
		int status = 0;

		if (is_it)
			read_sched(p);
		(void)waitpid(info.si_pid, &status, 0);
		if (is_it) {
			p->pid = 0;
			if (status || !self->work->once)
				ended_early(self, p, status);
		}
		info.si_pid = 0;
	}
}

static void turn(struct self *self)
{
	struct program *p = program_of(self);
	struct signalfd_siginfo info;
	pid_t pid;

	worker_away(self, WORKER_AWAY_PARTNER);
	pid = fork();
	if (pid < 0)
		worker_fail(self, "cannot fork");
	if (pid == 0)
		become(self, p);
	p->pid = pid;
	/* Init writes a byte when it stops the worker. */
	while (!worker_stopped(self)) {
		struct pollfd fd[2] = {
			{ .fd = self->file, .events = POLLIN },
			{ .fd = self->task->in, .events = POLLIN },
		};

		(void)poll(fd, 2, -1);
		while (read(self->file, &info, sizeof(info)) > 0)
			;
		reap(self, p);
	}
	kill_all(p);
	worker_called_off(self, UINT64_MAX);
}

/* Of all that the program started; its units are microseconds. */
static void end(struct self *self)
{
	const struct program *p = program_of(self);
	struct worker_shared *sh = self->shared;
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	sh->cpu_ns =
		(uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * NS_PER_SEC +
		(uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000;
	sh->run_delay_ns = p->sched.run_delay_ns;
	sh->timeslices = p->sched.timeslices;
	atomic_store(&sh->units, sh->cpu_ns / 1000);
}

const struct work_loop work_exec = { begin, turn, end };
