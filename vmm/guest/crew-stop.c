/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crew-stop.c - the end of workers: told to, of their own, or killed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmm/guest/clock.h"
#include "vmm/guest/crew.h"
#include "vmm/guest/spawn.h"

#define KILL_NS	 (2 * NS_PER_SEC)	     /* from SIGKILL to the end */
#define AGAIN_NS (UINT64_C(100) * NS_PER_MS) /* from one haste to the next */

static bool all_ended(const void *arg)
{
	const struct crew *c = arg;

	for (size_t i = 0; i < c->count; i++) {
		const struct worker *w = c->member[i];

		if (w->child.pid > 0 && !w->child.ended)
			return false;
	}
	return true;
}

static void wait_ended(struct crew *c, uint64_t deadline_ns)
{
	while (watch_until(c->watch, deadline_ns, all_ended, c) == WATCH_LOST)
		; /* told once; the workers still report */
}

/* Its program shall not run on while the worker waits for a CPU; and one that
 * is of the idle policy just now would wait for all others. */
static void hasten(const struct worker *w)
{
	struct sched_param high = { .sched_priority = SPAWN_INIT_PRIORITY - 1 };

	if (w->work->type == WORK_EXEC || w->work->type == WORK_POLICY_CHURN)
		(void)sched_setscheduler(w->child.pid, SCHED_FIFO, &high);
}

static void tell_to_stop(struct worker *w)
{
	hasten(w);
	atomic_store(&w->shared->stop, 1);
	worker_futex_wake(&w->shared->stop, 1);
	/* One in read(2) is woken by a byte that it will not take for one of
	 * its partner's: it looks at @stop first. */
	if (w->in_writer >= 0 && write(w->in_writer, "", 1) < 0)
		crew_warn(w, "cannot wake it: %s", strerror(errno));
}

/* Who had looked for the stop before it came, and changes its policy, does so
 * behind our change: so that is made again. */
static void wait_stopped(struct crew *c)
{
	uint64_t now = clock_now_ns(), end = now + CREW_STOP_NS;

	while (now < end && !all_ended(c)) {
		wait_ended(c, now + AGAIN_NS < end ? now + AGAIN_NS : end);
		for (size_t i = 0; i < c->count; i++) {
			const struct worker *w = c->member[i];

			if (w->started && !w->over && !w->child.ended)
				hasten(w);
		}
		now = clock_now_ns();
	}
}

uint64_t crew_wants_since(const struct worker *w)
{
	const struct worker_shared *sh = w->shared;
	uint64_t last = atomic_load(&sh->last_ns);
	uint64_t away = atomic_load(&sh->away_until_ns);
	const struct worker_shared *from = NULL;
	int sender = -1;

	if (last == 0)
		return sh->start_at_ns; /* never let run */
	if (away != WORKER_AWAY_PARTNER)
		return away > last ? away : last;
	if (w->team)
		sender = worker_sender(w->work->type,
				       (unsigned int)(w - w->team));
	if (sender >= 0)
		from = w->team[sender].shared;
	away = worker_called_at(sh, from);
	return away > last ? away : last; /* nothing came: it did not want to */
}

/* Account for one that does not end, before it is killed. */
static void account_stuck(struct worker *w, uint64_t now)
{
	struct worker_shared *sh = w->shared;
	struct worker_sched s = w->before;
	uint64_t since = crew_wants_since(w);
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)w->child.pid);
	if (worker_read_schedstat(path, &s) < 0)
		crew_warn(w, "cannot read its schedstat");
	sh->cpu_ns = s.cpu_ns;
	sh->run_delay_ns = s.run_delay_ns;
	sh->timeslices = s.timeslices;
	w->end_ns = now;
	if (now > since && now - since > sh->max_gap_ns) {
		sh->max_gap_ns = now - since;
		sh->gap_at_ns = now;
	}
}

static void finish(struct worker *w)
{
	struct worker_shared *sh = w->shared;

	crew_segment_close(w);
	w->over = true;
	if (*sh->note)
		crew_warn(w, "%.*s", (int)sizeof(sh->note), sh->note);
	if (atomic_load(&sh->complete)) {
		w->exit = CREW_OK;
		w->end_ns = atomic_load(&sh->last_ns);
		return;
	}
	w->exit = CREW_MISSING;
	if (w->child.ended && WIFSIGNALED(w->child.status))
		w->exit = CREW_KILLED;
	else if (*sh->trouble)
		w->exit = CREW_FAILED;
	if (w->end_ns)
		return; /* stuck, and accounted for */
	w->end_ns = atomic_load(&sh->last_ns);
	if (w->end_ns < sh->start_at_ns)
		w->end_ns = sh->start_at_ns;
	/* Its delays went with it; its CPU time did not. */
	sh->cpu_ns = w->child.cpu_ns;
	sh->run_delay_ns = w->before.run_delay_ns;
	sh->timeslices = w->before.timeslices;
	if (w->exit == CREW_FAILED)
		crew_warn(w, "%.*s", (int)sizeof(sh->trouble), sh->trouble);
	else if (w->exit == CREW_KILLED)
		crew_warn(w, "it died of signal %d", WTERMSIG(w->child.status));
	else
		crew_warn(w, "it ended without a report");
}

static void kill_the_rest(struct crew *c)
{
	uint64_t now = clock_now_ns();

	for (size_t i = 0; i < c->count; i++) {
		struct worker *w = c->member[i];

		if (w->child.pid <= 0 || w->child.ended || w->over)
			continue;
		if (w->started) {
			account_stuck(w, now);
			crew_warn(w,
				  "it did not stop within %u s and was "
				  "killed",
				  (unsigned int)(CREW_STOP_NS / NS_PER_SEC));
		}
		spawn_kill(&w->child);
	}
	wait_ended(c, now + KILL_NS);
}

void crew_stop(struct crew *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct worker *w = c->member[i];

		if (w->started && !w->over && !w->child.ended)
			tell_to_stop(w);
		else if (!w->started)
			spawn_kill(&w->child);
	}
	wait_stopped(c);
	kill_the_rest(c);
	for (size_t i = 0; i < c->count; i++) {
		if (!c->member[i]->over && c->member[i]->started)
			finish(c->member[i]);
		if (!c->member[i]->child.ended)
			children_forget(&c->watch->children,
					&c->member[i]->child);
	}
}
