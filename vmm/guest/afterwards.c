/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/afterwards.h"

#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"

void afterwards_begin(struct afterwards *a, struct watch *w,
		      const struct machine *m, bool ext)
{
	size_t n = (size_t)CPU_COUNT(&m->all);
	struct why why;
	int r;

	*a = (struct afterwards){ .work = work_default() };
	a->work.type = WORK_BURSTY;
	a->work.burst_ns = NS_PER_MS / 10;
	a->work.sleep_ns = 2 * NS_PER_MS;
	if (n > AFTERWARDS_TASKS_MAX)
		n = AFTERWARDS_TASKS_MAX;
	a->crew = (struct crew){ .watch = w,
				 .machine = m,
				 .member = a->member,
				 .count = n,
				 .random = &a->random };
	for (size_t i = 0; i < n; i++) {
		a->worker[i].work = &a->work;
		a->worker[i].ext = ext;
		a->member[i] = &a->worker[i];
	}
	r = crew_prepare(a->worker, n, 1);
	if (r == 0) {
		r = crew_spawn(&a->crew, &why);
		a->running = r == 0;
		if (r == 0)
			crew_start(&a->crew);
		else
			crew_stop(&a->crew);
	}
	if (r < 0)
		crew_free(a->worker, n);
}

static unsigned int count_stuck(const struct afterwards *a)
{
	unsigned int stuck = 0;

	for (size_t i = 0; i < a->crew.count; i++) {
		const struct worker_shared *sh = a->worker[i].shared;

		stuck += atomic_load(&sh->units) == a->units[i];
	}
	return stuck;
}

static bool all_run(const void *arg)
{
	return count_stuck(arg) == 0;
}

void afterwards_end(struct afterwards *a)
{
	struct watch *w = a->crew.watch;
	uint64_t deadline = clock_now_ns() + AFTERWARDS_LIMIT_NS;
	struct str out = { 0 };

	if (!a->running)
		return;
	for (size_t i = 0; i < a->crew.count; i++)
		a->units[i] = atomic_load(&a->worker[i].shared->units);
	/* Nothing tells that they ran: look again in a while. */
	while (!all_run(a) && clock_now_ns() < deadline)
		(void)watch_until(w, clock_now_ns() + 5 * NS_PER_MS, all_run,
				  a);
	json_open(&out, "scheduler");
	json_text(&out, "event", "afterwards");
	json_number(&out, "at_ns", clock_now_ns());
	json_number(&out, "tasks", a->crew.count);
	json_number(&out, "stuck", count_stuck(a));
	json_number(&out, "limit_ns", AFTERWARDS_LIMIT_NS);
	channel_send(w->channel, &out);
	crew_stop(&a->crew);
	crew_free(a->worker, a->crew.count);
	a->running = false;
}
