/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crew-fork.c - the processes of workers, and the pipes between them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/guest/cgroup.h"
#include "vmm/guest/crew.h"
#include "vmm/guest/group.h"
#include "vmm/guest/rng.h"

/* Two pipes between @a and @b. */
static int make_pipes(struct worker *a, struct worker *b)
{
	int there[2], back[2];

	if (pipe2(there, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(back, O_CLOEXEC) < 0) {
		int saved = errno;

		close(there[0]);
		close(there[1]);
		return -saved;
	}
	a->in = back[0];
	b->in = there[0];
	a->out = b->in_writer = there[1];
	b->out = a->in_writer = back[1];
	/* Each struct worker closes what it has: the writing ends twice. */
	a->out = fcntl(a->out, F_DUPFD_CLOEXEC, 3);
	b->out = fcntl(b->out, F_DUPFD_CLOEXEC, 3);
	return a->out < 0 || b->out < 0 ? -EMFILE : 0;
}

/* Everyone's own numbers, whatever others draw. */
static uint64_t seed_of(const struct crew *c, size_t index)
{
	uint64_t state = *c->random + index;

	return rng_next(&state);
}

static void fill_task(const struct crew *c, const struct worker *w,
		      struct worker_task *t)
{
	int sender = -1;

	*t = (struct worker_task){ .work = w->work,
				   .shared = w->shared,
				   .in = w->in,
				   .out = w->out,
				   .log = c->watch->work_log,
				   .ext = w->ext,
				   .machine = c->machine };
	if (!w->team)
		return;
	t->team_size = w->team_size;
	t->place = (unsigned int)(w - w->team);
	for (unsigned int i = 0; i < t->team_size; i++)
		t->team[i] = w->team[i].shared;
	sender = worker_sender(w->work->type, t->place);
	if (sender >= 0)
		t->partner = t->team[sender];
}

/* A byte into the first ends its wait; all programs write into one log. */
static int make_exec_pipes(struct crew *c, struct worker *w)
{
	struct watch *watch = c->watch;
	int fd[2];

	if (watch->work_log < 0 &&
	    textlog_open(&watch->log[1], "work", &watch->work_log) < 0)
		return -EMFILE;
	watch->log[1].keeps_end = true;
	if (pipe2(fd, O_CLOEXEC) < 0)
		return -errno;
	w->in = fd[0];
	w->in_writer = fd[1];
	return 0;
}

/* The folder of the cgroup of the worker before, which is often the same. */
struct birthplace {
	const struct group *group;
	int folder;
};

static void leave(struct birthplace *b)
{
	if (b->folder >= 0)
		close(b->folder);
	*b = (struct birthplace){ NULL, -1 };
}

/*
 * A process that is born in its cgroup need not be moved there, which takes
 * a tenth of the time of its fork. Where the kernel does not do it, whatever
 * the reason, the move will say why. The C library's own fork() only adds what
 * programs with threads need.
 */
static pid_t fork_in_group(struct worker *w, struct birthplace *b)
{
	struct clone_args how = { .flags = CLONE_INTO_CGROUP,
				  .exit_signal = SIGCHLD };
	long pid = -1;

	if (b->group != w->group) {
		leave(b);
		b->group = w->group;
		b->folder = w->group ? cgroup_open(w->group->name) : -1;
	}
	if (b->folder >= 0) {
		how.cgroup = (uint64_t)b->folder;
		pid = syscall(SYS_clone3, &how, sizeof(how));
	}
	/* The child does not have @w. */
	if (pid != 0)
		w->born_there = pid > 0;
	return pid >= 0 ? (pid_t)pid : fork();
}

static int fork_worker(struct crew *c, struct worker *w, struct birthplace *b,
		       uint64_t seed)
{
	struct worker_task task;
	pid_t pid;

	fill_task(c, w, &task);
	task.seed = seed;
	pid = fork_in_group(w, b);
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		worker_main(&task);
	}
	children_add(&c->watch->children, &w->child, pid);
	return 0;
}

/* The pipes of those that need some; pairs stand next to each other. */
static int open_pipes(struct crew *c, struct worker *w)
{
	switch (w->work->type) {
	case WORK_PIPE_IO:
	case WORK_CACHE_PIPE:
		return w->in < 0 ? make_pipes(w, w == w->team ? w + 1 : w - 1)
				 : 0;
	case WORK_EXEC:
		return make_exec_pipes(c, w);
	default:
		return 0;
	}
}

int crew_fork(struct crew *c)
{
	struct birthplace place = { NULL, -1 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->count; i++) {
		r = open_pipes(c, c->member[i]);
		if (r == 0)
			r = fork_worker(c, c->member[i], &place, seed_of(c, i));
	}
	leave(&place);
	return r;
}
