/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crew-again.c - lives of workers with holes: changes of CPUs, frozen times,
 * and workers that begin once more. */
#include <errno.h>
#include <string.h>

#include "vmm/guest/cgroup.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/crew.h"
#include "vmm/guest/group.h"

void crew_segment_close(struct worker *w)
{
	int number = segment_current(&w->shared->segments);

	/* One that was not opened again, since its worker died, stays. */
	if (w->over || number < 0)
		return;
	w->segment[number].to_ns = clock_now_ns();
	segment_close(&w->shared->segments);
}

/* What the kernel says; but what a worker gave itself may change at any time,
 * and is always among what it was given. */
static int read_allowed(const struct worker *w, cpu_set_t *ret)
{
	cpu_set_t both;

	if (w->work->type != WORK_AFFINITY_CHURN)
		return sched_getaffinity(w->child.pid, sizeof(*ret), ret);
	*ret = w->given;
	if (w->group && cgroup_get_cpus(w->group->name, ret, NULL) < 0)
		return -1;
	CPU_AND(&both, ret, &w->given);
	if (CPU_COUNT(&both) > 0)
		*ret = both;
	return 0;
}

/* Many changes come from a loop, and then the same sets come again: -1 if it is
 * a new one. */
static int find_segment(const struct worker *w, const cpu_set_t *allowed)
{
	if (w->segment_count < w->shared->segments.max / 2)
		return -1;
	for (unsigned int i = 0; i < w->segment_count; i++) {
		if (CPU_EQUAL(&w->segment[i].allowed, allowed))
			return (int)i;
	}
	return -1;
}

void crew_segment_open(struct worker *w)
{
	struct segments *s = &w->shared->segments;
	cpu_set_t allowed;
	int number;

	if (w->over || w->child.ended || segment_current(s) >= 0)
		return;
	if (read_allowed(w, &allowed) < 0) {
		crew_warn(w, "cannot read its affinity: %s", strerror(errno));
		return;
	}
	w->shared->allowed = allowed;
	number = find_segment(w, &allowed);
	if (number >= 0) {
		segment_reopen(s, (unsigned int)number);
		w->segment[number].to_ns = 0;
		return;
	}
	number = segment_open(s);
	if (number < 0) {
		crew_warn(w, "its allowed CPUs changed too often: where it ran "
			     "was not looked at all the time");
		return;
	}
	w->segment[number] = (struct crew_segment){ .from_ns = clock_now_ns(),
						    .allowed = allowed };
	w->segment_count = s->count;
}

void crew_frozen(struct worker *w)
{
	if (w->over || w->frozen_at_ns)
		return;
	crew_segment_close(w);
	w->frozen_at_ns = clock_now_ns();
}

void crew_thawed(struct worker *w)
{
	struct worker_shared *sh = w->shared;
	uint64_t now = clock_now_ns();

	if (!w->frozen_at_ns)
		return;
	atomic_fetch_add(&sh->frozen_ns, now - w->frozen_at_ns);
	atomic_store(&sh->thawed_ns, now);
	w->frozen_at_ns = 0;
	crew_segment_open(w);
}

uint64_t crew_wall_ns(const struct worker *w)
{
	uint64_t frozen =
		atomic_load(&w->shared->frozen_ns) - w->frozen_before_ns;
	uint64_t begin = w->shared->start_at_ns + frozen;

	return w->end_ns > begin ? w->end_ns - begin : 0;
}

/* A life that is stopped before may not have had its turn yet; if it waited for
 * long, its gap tells that. */
#define SHORT_NS (100 * NS_PER_MS)

static bool is_idle(const struct worker *w)
{
	/* A program has no units, its progress is CPU time. */
	return w->work->type != WORK_EXEC &&
	       atomic_load(&w->shared->units) == w->units_before &&
	       crew_wall_ns(w) >= SHORT_NS;
}

/* Units, gaps, wakes and CPUs go on from where they are. */
static void reset_shared(struct worker_shared *sh)
{
	_Atomic uint32_t *word[] = { &sh->go,	 &sh->start, &sh->stop,
				     &sh->ready, &sh->word,  &sh->granted };
	_Atomic uint64_t *number[] = { &sh->last_ns,	&sh->away_until_ns,
				       &sh->sent_ns[0], &sh->sent_ns[1],
				       &sh->sent,	&sh->received,
				       &sh->first,	&sh->first_ns,
				       &sh->waiting,	&sh->called_ns };

	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		atomic_store(word[i], 0);
	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		atomic_store(number[i], 0);
	atomic_store(&sh->complete, false);
	sh->start_at_ns = sh->end_at_ns = 0;
	sh->cpu_ns = sh->run_delay_ns = sh->timeslices = 0;
	memset(sh->trouble, 0, sizeof(sh->trouble));
	memset(sh->note, 0, sizeof(sh->note));
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

void crew_renew(struct worker *w)
{
	struct worker_shared *sh = w->shared;
	struct worker_past *past = &w->past;

	past->lives++;
	past->idle += is_idle(w);
	if (past->exit == CREW_OK)
		past->exit = w->exit;
	past->wall_ns += crew_wall_ns(w);
	past->cpu_ns += minus(sh->cpu_ns, w->before.cpu_ns);
	past->run_delay_ns += minus(sh->run_delay_ns, w->before.run_delay_ns);
	past->timeslices += minus(sh->timeslices, w->before.timeslices);
	w->units_before = atomic_load(&sh->units);
	w->frozen_before_ns = atomic_load(&sh->frozen_ns);
	w->frozen_at_ns = w->end_ns = 0;
	w->started = w->over = false;
	w->child = (struct child){ 0 };
	crew_close_pipes(w);
	reset_shared(sh);
}
