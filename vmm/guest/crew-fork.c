/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crew-fork.c - the processes of workers, and the pipes between them. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "vmm/guest/crew.h"
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
				   .ext = w->ext };
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
	if (pipe2(fd, O_CLOEXEC) < 0)
		return -errno;
	w->in = fd[0];
	w->in_writer = fd[1];
	return 0;
}

static int fork_worker(struct crew *c, struct worker *w, uint64_t seed)
{
	struct worker_task task;
	pid_t pid;

	fill_task(c, w, &task);
	task.seed = seed;
	pid = fork();
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
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->count; i++) {
		r = open_pipes(c, c->member[i]);
		if (r == 0)
			r = fork_worker(c, c->member[i], seed_of(c, i));
	}
	return r;
}
