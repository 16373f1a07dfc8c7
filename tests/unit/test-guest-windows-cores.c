/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cores that workers shared, as init sees them; at the limit: shared-cores. */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/windows.h"

static void change_cpus(struct worker *w)
{
	segment_close(&w->shared->segments);
	segment_reopen(&w->shared->segments, 0);
}

static void freeze(struct worker *w)
{
	atomic_fetch_add(&w->shared->frozen_ns, 1);
}

static void move(struct worker *w)
{
	atomic_fetch_add(&w->shared->migrations, 1);
}

/* One span of a worker's that has run for all of it; how long did it share a
 * core with another that did the same? */
static uint64_t shared_for(struct windows *s, struct worker *w,
			   void (*meanwhile)(struct worker *))
{
	s->cores.look = WINDOWS_FIRST - 1;
	w->window.core_shared_ns = 0;
	windows_see_idle(s);
	windows_see_cores(s, false);
	CHECK(s->cores.begun && w->window.cores.begun);
	for (int i = 0; i < 2; i++)
		w[i].window.cores.sched.cpu_ns = 0;
	s->cores.idle[2] = s->cores.idle[3] = 0;
	s->idle[2] = s->idle[3] = 1000;
	/* However long this takes, all was in no time. */
	s->cores.from_ns = UINT64_MAX;
	if (meanwhile)
		meanwhile(w);
	windows_see_cores(s, true);
	return w->window.core_shared_ns;
}

/* Its CPU time is that of a program which ran for 30 ms. */
static void begin_runner(struct worker *w, const struct work *work,
			 unsigned int cpu)
{
	pid_t pid = fork();
	struct timespec ran;

	if (pid == 0) {
		do
			clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ran);
		while (ran.tv_nsec < 30 * (long)NS_PER_MS);
		raise(SIGSTOP);
		_exit(0);
	}
	CHECK_INT(waitpid(pid, NULL, WUNTRACED), pid);
	make_worker(w, work, clock_now_ns());
	w->child.pid = pid;
	CHECK_INT(segment_open(&w->shared->segments), 0);
	w->segment_count = 1;
	for (unsigned int i = 0; i < 4; i++)
		CPU_SET(i, &w->segment[0].allowed);
	atomic_store(&w->shared->cpu, cpu);
}

TEST(who_stays_where_it_is_may_share_a_core)
{
	struct work work = work_default();
	struct worker w[2];
	struct windows s;
	cpu_set_t core[2];

	for (unsigned int i = 0; i < 2; i++) {
		begin_runner(&w[i], &work, i);
		CPU_ZERO(&core[i]);
		CPU_SET(2 * i, &core[i]);
		CPU_SET(2 * i + 1, &core[i]);
	}
	CHECK_INT(windows_prepare(&s, w, 2, 4), 0);
	s.core = core;
	s.core_count = 2;
	CHECK(shared_for(&s, w, NULL) >= 10 * NS_PER_MS);
	CHECK_INT(w[0].window.core_shared_cpu, 0);
	CHECK_INT(w[0].window.core_idle_cpu, 2);
	CHECK_INT(shared_for(&s, w, move), 0);
	CHECK_INT(shared_for(&s, w, freeze), 0);
	CHECK_INT(shared_for(&s, w, change_cpus), 0);
	/* On one thread they do not run at once. */
	atomic_store(&w[1].shared->cpu, 0);
	CHECK_INT(shared_for(&s, w, NULL), 0);
	end_sleeper(&w[1], &s);
	windows_prepare(&s, w, 1, 4);
	end_sleeper(&w[0], &s);
}

TEST(shared_cores_are_looked_for_where_that_is_wanted)
{
	struct work work = work_default();
	struct windows s;
	struct worker w;

	begin_sleeper(&w, &work);
	CHECK_INT(windows_prepare(&s, &w, 1, 1), 0);
	for (int i = 0; i < 2 * WINDOWS_FIRST; i++)
		windows_look(&s);
	CHECK_INT(s.cores.look, 0);
	s.cores.wanted = true;
	for (int i = 1; i < WINDOWS_FIRST; i++) {
		windows_look(&s);
		CHECK(!s.cores.begun);
	}
	windows_look(&s);
	CHECK(s.cores.begun);
	CHECK(w.window.cores.begun);
	end_sleeper(&w, &s);
}
