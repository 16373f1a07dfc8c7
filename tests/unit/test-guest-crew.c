/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Workers without cgroups: they run on the host as well. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "tests/unit/crew.h"

TEST(a_long_sleep_ends_with_the_stop_and_is_no_gap)
{
	const struct work work = { .type = WORK_BURSTY,
				   .burst_ns = 1,
				   .sleep_ns = 3600 * NS_PER_SEC };
	uint64_t before = clock_now_ns();

	spawn(&work, 1);
	run_for(20 * NS_PER_MS);
	CHECK(clock_now_ns() - before < 2 * NS_PER_SEC);
	CHECK_INT(worker[0].exit, CREW_OK);
	CHECK_INT(worker[0].shared->wakes.count, 0);
	free_all();
}

/* Hold @w up as a scheduler would that does not run it, over the stop. */
static void hold_up(const struct worker *w, uint64_t ns)
{
	kill(w->child.pid, SIGSTOP);
	watch_until(&watch, clock_now_ns() + ns, NULL, NULL);
	atomic_store(&w->shared->stop, 1);
	kill(w->child.pid, SIGCONT);
	watch_until(&watch, clock_now_ns() + NS_PER_SEC, watch_child_ended,
		    &w->child);
}

TEST(a_wake_that_only_the_stop_ended_is_a_gap)
{
	const struct work work = { .type = WORK_BURSTY,
				   .burst_ns = 1,
				   .sleep_ns = 100 * NS_PER_MS };

	spawn(&work, 1);
	crew_start(&crew);
	watch_until(&watch, clock_now_ns() + 50 * NS_PER_MS, NULL, NULL);
	hold_up(&worker[0], 400 * NS_PER_MS);
	crew_stop(&crew);
	CHECK_INT(worker[0].exit, CREW_OK);
	CHECK(worker[0].shared->max_gap_ns > 200 * NS_PER_MS);
	free_all();
}

TEST(a_message_that_was_not_read_before_the_stop_is_a_gap)
{
	const struct work work = { .type = WORK_PIPE_IO, .spin = 100 };

	spawn(&work, 2);
	crew_start(&crew);
	watch_until(&watch, clock_now_ns() + 50 * NS_PER_MS, NULL, NULL);
	hold_up(&worker[0], 400 * NS_PER_MS);
	crew_stop(&crew);
	CHECK_INT(worker[0].exit, CREW_OK);
	CHECK(worker[0].shared->max_gap_ns > 200 * NS_PER_MS);
	free_all();
}

TEST(a_worker_that_was_killed_still_reports)
{
	const struct work work = { .type = WORK_CPU_SPIN };

	spawn(&work, 2);
	crew_start(&crew);
	watch_until(&watch, clock_now_ns() + 30 * NS_PER_MS, NULL, NULL);
	kill(worker[0].child.pid, SIGKILL);
	watch_until(&watch, clock_now_ns() + NS_PER_SEC, watch_child_ended,
		    &worker[0].child);
	crew_stop(&crew);
	CHECK_INT(worker[0].exit, CREW_KILLED);
	CHECK(atomic_load(&worker[0].shared->units) > 0);
	CHECK(strstr(worker[0].warnings[0], "signal 9"));
	CHECK_INT(worker[1].exit, CREW_OK);
	free_all();
}

TEST(a_worker_that_does_not_stop_is_killed_and_its_gap_counted)
{
	const struct work work = { .type = WORK_CPU_SPIN };

	spawn(&work, 1);
	crew_start(&crew);
	watch_until(&watch, clock_now_ns() + 30 * NS_PER_MS, NULL, NULL);
	kill(worker[0].child.pid, SIGSTOP);
	crew_stop(&crew);
	CHECK_INT(worker[0].exit, CREW_KILLED);
	CHECK(worker[0].shared->max_gap_ns >= CREW_STOP_NS);
	CHECK(worker[0].end_ns - worker[0].shared->start_at_ns >= CREW_STOP_NS);
	CHECK(strstr(worker[0].warnings[0], "did not stop within 5 s"));
	free_all();
}

TEST(workers_that_were_never_started_are_gone_after_the_stop)
{
	const struct work work = { .type = WORK_CPU_SPIN };

	spawn(&work, 2);
	crew_stop(&crew);
	CHECK(worker[0].child.ended && worker[1].child.ended);
	CHECK(!worker[0].over);
	free_all();
}

TEST(what_cannot_be_set_is_an_error)
{
	struct work work = { .type = WORK_CPU_SPIN,
			     .affinity = { .kind = AFFINITY_EXACT } };
	struct why why;

	CPU_SET(CPU_SETSIZE - 1, &work.affinity.exact);
	prepare(&work, 1);
	CHECK_INT(crew_spawn(&crew, &why), -EINVAL);
	CHECK(strstr(why.text, "no CPU of a worker's affinity"));
	crew_stop(&crew);
	free_all();

	/* No kernel knows such a priority. */
	work = (struct work){ .type = WORK_CPU_SPIN,
			      .policy = POLICY_FIFO,
			      .priority = 1000 };
	prepare(&work, 1);
	CHECK_INT(crew_spawn(&crew, &why), -EINVAL);
	CHECK(strstr(why.text, "cannot set the policy of a worker"));
	crew_stop(&crew);
	CHECK(worker[0].child.ended);
	free_all();
}

TEST(a_run_time_ends_by_itself)
{
	const struct work work = { .type = WORK_CPU_SPIN };

	spawn(&work, 1);
	crew.run_ns = 20 * NS_PER_MS;
	crew.jitter_ns = 0;
	crew_start(&crew);
	CHECK_INT(watch_until(&watch, clock_now_ns() + 5 * NS_PER_SEC,
			      watch_child_ended, &worker[0].child),
		  WATCH_DONE);
	crew_stop(&crew);
	CHECK_INT(worker[0].exit, CREW_OK);
	CHECK(worker[0].end_ns >= worker[0].shared->end_at_ns);
	free_all();
}
