/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What init sees of workers from outside. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/windows.h"

/* A look, as if it were @ms later than it is. */
static void look(struct windows *s, struct worker *w, uint64_t ms)
{
	uint64_t back = ms * NS_PER_MS;

	s->looked_ns -= back;
	w->window.since_ns -= back;
	w->shared->start_at_ns -= back;
	atomic_fetch_sub(&w->shared->last_ns, back);
	windows_look(s);
}

static bool is_near(uint64_t ns, uint64_t ms)
{
	return ns >= ms * NS_PER_MS && ns < (ms + 10000) * NS_PER_MS;
}

TEST(who_gets_nothing_done_stands_still)
{
	struct work work = work_default();
	struct windows s;
	struct worker w;

	make_worker(&w, &work, clock_now_ns());
	CHECK_INT(windows_prepare(&s, &w, 1, 1), 0);
	look(&s, &w, 300);
	look(&s, &w, 300);
	CHECK(is_near(w.window.standstill_ns, 600));
	atomic_store(&w.shared->units, 1);
	look(&s, &w, 1000); /* it did something in between */
	CHECK(is_near(w.window.standstill_ns, 600) &&
	      w.window.standstill_ns < 1600 * NS_PER_MS);
	windows_free(&s);
	crew_free(&w, 1);
}

TEST(who_is_away_does_not_stand_still)
{
	struct work work = work_default();
	struct windows s;
	struct worker w;

	make_worker(&w, &work, clock_now_ns());
	CHECK_INT(windows_prepare(&s, &w, 1, 1), 0);
	atomic_store(&w.shared->away_until_ns,
		     clock_now_ns() + 3600 * NS_PER_SEC);
	look(&s, &w, 500);
	CHECK_INT(w.window.standstill_ns, 0);
	/* Its time has come 200 ms ago, in the middle of a window. */
	atomic_store(&w.shared->away_until_ns,
		     clock_now_ns() - 200 * NS_PER_MS);
	look(&s, &w, 500);
	CHECK(is_near(w.window.standstill_ns, 200));
	atomic_store(&w.shared->away_until_ns, WORKER_AWAY_PARTNER);
	w.window.standstill_ns = 0;
	look(&s, &w, 500); /* nobody called it */
	CHECK_INT(w.window.standstill_ns, 0);
	windows_free(&s);
	crew_free(&w, 1);
}

TEST(who_is_frozen_does_not_stand_still)
{
	struct work work = work_default();
	struct windows s;
	struct worker w;

	make_worker(&w, &work, clock_now_ns());
	CHECK_INT(windows_prepare(&s, &w, 1, 1), 0);
	w.frozen_at_ns = 1;
	look(&s, &w, 500);
	CHECK_INT(w.window.standstill_ns, 0);
	windows_free(&s);
	crew_free(&w, 1);
}

/* A task that sleeps is not one that waits, however long it did not run. */
TEST(who_sleeps_does_not_wait_for_a_cpu)
{
	struct work work = work_default();
	struct windows s;
	struct worker w;
	pid_t pid = fork();

	if (pid == 0) {
		raise(SIGSTOP);
		_exit(0);
	}
	CHECK_INT(waitpid(pid, NULL, WUNTRACED), pid);
	make_worker(&w, &work, clock_now_ns());
	w.child.pid = pid;
	CHECK_INT(segment_open(&w.shared->segments), 0);
	w.segment_count = 1;
	CPU_SET(0, &w.segment[0].allowed);
	CHECK_INT(windows_prepare(&s, &w, 1, 1), 0);
	for (int i = 0; i < 3; i++)
		look(&s, &w, 500);
	CHECK(!w.window.waits);
	CHECK_INT(w.window.idle_wait_ns, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	windows_free(&s);
	crew_free(&w, 1);
}

/* One span; is @w judged by its sums when it ends? */
static bool is_judged(struct windows *s, struct worker *w,
		      void (*meanwhile)(struct worker *))
{
	s->look = WINDOWS_FIRST;
	windows_sum_up(s, false);
	CHECK(s->span_ns > 0);
	if (meanwhile)
		meanwhile(w);
	windows_end(s);
	CHECK_INT(s->span_ns, 0);
	return w->window.span.sum.allowed != NULL;
}

static void change_cpus(struct worker *w)
{
	segment_close(&w->shared->segments);
	segment_reopen(&w->shared->segments, 0);
}

static void freeze(struct worker *w)
{
	atomic_fetch_add(&w->shared->frozen_ns, 1);
}

static void end(struct worker *w)
{
	w->over = true;
}

static bool is_limited(const struct worker *w, const void *arg)
{
	(void)w;
	return *(const bool *)arg;
}

TEST(sums_are_of_workers_to_whom_nothing_happens)
{
	struct work work = work_default();
	struct windows s;
	struct worker w;
	bool limited = false;

	begin_sleeper(&w, &work);
	CHECK_INT(windows_prepare(&s, &w, 1, 1), 0);
	s.limited = is_limited;
	s.limited_arg = &limited;
	CHECK(is_judged(&s, &w, NULL));
	CHECK(!is_judged(&s, &w, change_cpus));
	CHECK(!is_judged(&s, &w, freeze));
	limited = true;
	CHECK(!is_judged(&s, &w, NULL));
	limited = false;
	work.type = WORK_AFFINITY_CHURN;
	CHECK(!is_judged(&s, &w, NULL));
	work.type = WORK_CPU_SPIN;
	work.policy = POLICY_FIFO;
	CHECK(!is_judged(&s, &w, NULL));
	work.policy = POLICY_BATCH;
	CHECK(is_judged(&s, &w, NULL));
	CHECK(!is_judged(&s, &w, end));
	end_sleeper(&w, &s);
}

static void move(struct worker *w)
{
	atomic_fetch_add(&w->shared->migrations, 1);
}

TEST(who_moves_is_nowhere_in_its_span)
{
	struct work work = work_default();
	struct windows s;
	struct worker w;

	begin_sleeper(&w, &work);
	atomic_store(&w.shared->cpu, 3);
	CHECK_INT(windows_prepare(&s, &w, 1, 1), 0);
	CHECK(is_judged(&s, &w, NULL));
	CHECK_INT(w.window.span.sum.cpu, 3);
	CHECK(is_judged(&s, &w, move));
	CHECK_INT(w.window.span.sum.cpu, -1);
	/* Nobody said what cores there are. */
	CHECK(!w.window.has_siblings);
	end_sleeper(&w, &s);
}

TEST(cores_with_threads_are_looked_at)
{
	struct work work = work_default();
	struct windows s;
	struct worker w;
	cpu_set_t core;

	begin_sleeper(&w, &work);
	CHECK_INT(windows_prepare(&s, &w, 1, 2), 0);
	CPU_ZERO(&core);
	CPU_SET(0, &core);
	s.core = &core;
	s.core_count = 1;
	CHECK(is_judged(&s, &w, NULL));
	CHECK(!w.window.has_siblings);
	CPU_SET(1, &core);
	CHECK(is_judged(&s, &w, NULL));
	CHECK(w.window.has_siblings);
	CHECK_INT(w.window.core_shared_ns, 0);
	end_sleeper(&w, &s);
}

TEST(a_wait_that_began_before_does_not_count)
{
	struct work work = work_default();
	struct windows s;
	struct worker w;

	begin_sleeper(&w, &work);
	CHECK_INT(windows_prepare(&s, &w, 1, 1), 0);
	atomic_store(&w.shared->last_ns, clock_now_ns() - 300 * NS_PER_MS);
	s.look = WINDOWS_FIRST;
	windows_sum_up(&s, false);
	CHECK(is_near(w.window.span.pending_ns, 300));
	/* As if the kernel had counted all of it meanwhile. */
	w.window.span.sched.run_delay_ns -= w.window.span.pending_ns;
	windows_end(&s);
	CHECK_INT(w.window.span.sum.wait_ns, 0);
	end_sleeper(&w, &s);
}

TEST(a_span_lasts_a_second)
{
	struct work work = work_default();
	struct windows s;
	struct worker w;
	uint64_t begin;

	begin_sleeper(&w, &work);
	CHECK_INT(windows_prepare(&s, &w, 1, 1), 0);
	for (int i = 1; i < WINDOWS_FIRST; i++) {
		windows_look(&s);
		CHECK_INT(s.span_ns, 0);
	}
	windows_look(&s);
	begin = s.span_ns -= WINDOWS_SPAN_NS / 2;
	windows_look(&s);
	CHECK_INT(s.span_ns, begin);
	s.span_ns -= WINDOWS_SPAN_NS / 2;
	windows_look(&s);
	CHECK(s.span_ns > begin);
	CHECK(w.window.span.sum.allowed != NULL);
	end_sleeper(&w, &s);
}
