/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-fork.c - work that makes processes: fork-exit. */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmm/guest/worker-self.h"

/* What a child and its parent share: when it began, and a futex. */
struct child_page {
	_Atomic uint64_t began_ns, ended_ns;
	_Atomic uint32_t ended;
};

static void begin(struct self *self)
{
	void *p = mmap(NULL, sizeof(struct child_page), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		worker_fail(self, "cannot get memory");
	self->memory = p;
}

static noreturn void be_child(struct child_page *page)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	atomic_store(&page->began_ns, clock_now_ns());
	atomic_store(&page->ended_ns, clock_now_ns());
	atomic_store(&page->ended, 1);
	worker_futex_wake(&page->ended, 1);
	_exit(0);
}

/* A scheduler that does not let the child run shall not keep it alive. */
static void reap(struct self *self, pid_t pid, bool at_once)
{
	struct sched_param high = { .sched_priority = WORK_PRIORITY_MAX };

	if (at_once) {
		(void)sched_setscheduler(pid, SCHED_FIFO, &high);
		(void)kill(pid, SIGKILL);
	}
	while (waitpid(pid, NULL, 0) < 0) {
		if (errno != EINTR)
			worker_fail(self, "cannot wait for a child");
	}
}

/*
 * From fork to the child's first instruction something wanted to run: what is
 * missing there is a gap. The wake is that of the parent, from the child's last
 * instruction on.
 */
static void turn(struct self *self)
{
	struct child_page *page = (struct child_page *)self->memory;
	uint64_t forked = clock_now_ns(), began, ended;
	pid_t pid;

	atomic_store(&page->began_ns, 0);
	atomic_store(&page->ended, 0);
	pid = fork();
	if (pid < 0)
		worker_fail(self, "cannot fork");
	if (pid == 0)
		be_child(page);
	worker_away(self, WORKER_AWAY_PARTNER);
	while (!atomic_load(&page->ended) && !worker_stopped(self))
		worker_wait(self, &page->ended, 0);
	ended = atomic_load(&page->ended) ? atomic_load(&page->ended_ns) : 0;
	began = atomic_load(&page->began_ns);
	reap(self, pid, !ended);
	worker_gap(self, forked, began ? began : clock_now_ns());
	if (!ended) {
		worker_called_off(self, UINT64_MAX);
		return;
	}
	self->units++;
	worker_woken(self, ended);
	worker_checkpoint(self);
}

const struct work_loop work_fork_exit = { begin, turn, NULL };
