/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/trace-tasks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/facts.h"

#define TASKS_MAX  32768 /* with a row of their own */
#define SLOTS_MIN  128
#define NAME_BYTES 96

/* Not known, not able to run, waits for a CPU, runs. */
enum state { UNKNOWN, SLEEPS, WAITS, RUNS };

/**
 * struct task - one process or thread of the guest
 * @named: a worker's name, else that of its program
 * @since_ns: in this state
 * @woken_by: who ended its last sleep, -1: nobody
 * @arrow: that begins where it was woken, 0: none
 */
struct task {
	int32_t pid, woken_by;
	enum state state;
	bool named, shown;
	uint64_t since_ns, arrow;
	char name[NAME_BYTES];
};

/**
 * struct seat - a CPU, and who has it
 * @task: NULL: it is idle, or, unless @known, nobody knows
 */
struct seat {
	struct task *task;
	bool known;
	uint64_t since_ns;
	int32_t prio;
};

/**
 * struct writer - what is under way
 * @slot:  tasks by pid, at most half of @slots, a power of two, are taken
 * @last:  when the last event of each CPU was
 */
struct writer {
	struct trace_out *out;
	struct trace_tally *tally;
	struct task **slot;
	size_t slots, task_count;
	struct seat seat[TRACE_CPUS_MAX];
	uint64_t last[TRACE_CPUS_MAX];
	uint64_t begin_ns, arrows;
	bool failed;
};

/* Where @pid is, or would be. */
static struct task **place_of(struct task **slot, size_t slots, int32_t pid)
{
	size_t at = (uint32_t)pid * UINT32_C(2654435761) & (slots - 1);

	while (slot[at] && slot[at]->pid != pid)
		at = (at + 1) & (slots - 1);
	return &slot[at];
}

static int grow(struct writer *w)
{
	size_t slots = w->slots ? 2 * w->slots : SLOTS_MIN;
	struct task **slot = calloc(slots, sizeof(struct task *));

	if (!slot)
		return -ENOMEM;
	for (size_t i = 0; i < w->slots; i++) {
		if (w->slot[i])
			*place_of(slot, slots, w->slot[i]->pid) = w->slot[i];
	}
	free(w->slot);
	w->slot = slot;
	w->slots = slots;
	return 0;
}

static struct task *add_task(struct writer *w, int32_t pid)
{
	struct task *t;

	if (w->task_count == TASKS_MAX) {
		w->tally->rowless++;
		return NULL;
	}
	t = calloc(1, sizeof(*t));
	if (!t || (2 * w->task_count >= w->slots && grow(w) < 0)) {
		w->failed = true;
		free(t);
		return NULL;
	}
	t->pid = pid;
	t->woken_by = -1;
	w->task_count++;
	return *place_of(w->slot, w->slots, pid) = t;
}

/* NULL: there are too many. */
static struct task *find(struct writer *w, int32_t pid, const char *comm)
{
	struct task *t = NULL;

	if (w->slots)
		t = *place_of(w->slot, w->slots, pid);
	if (!t)
		t = add_task(w, pid);
	if (t && !t->named && *comm)
		snprintf(t->name, sizeof(t->name), "%s", comm);
	return t;
}

static struct trace_row row_of(const struct task *t)
{
	return (struct trace_row){ t->named ? TRACE_ROWS_WORKERS
					    : TRACE_ROWS_TASKS,
				   t->pid };
}

static struct trace_row row_of_cpu(unsigned int cpu)
{
	return (struct trace_row){ TRACE_ROWS_CPUS, (int)cpu };
}

static void name_workers(struct writer *w, const json_t *tasks)
{
	for (size_t i = 0; i < json_array_size(tasks); i++) {
		const json_t *f = json_array_get(tasks, i);
		int64_t pid = facts_int(f, "pid");
		struct task *t;

		if (pid <= 0 || pid > INT32_MAX)
			continue;
		t = find(w, (int32_t)pid, "");
		if (!t)
			return;
		snprintf(t->name, sizeof(t->name), "%.60s %lld.%lld %.20s",
			 facts_text(f, "cgroup"),
			 (long long)facts_int(f, "work"),
			 (long long)facts_int(f, "index"),
			 facts_text(f, "type"));
		t->named = true;
	}
}

/* The task's own row: it waited until now. */
static void end_wait(struct writer *w, struct task *t, uint64_t at_ns)
{
	auto_str struct str args = { 0 };

	if (t->state != WAITS)
		return;
	if (t->woken_by >= 0)
		trace_out_number(&args, "woken by pid", t->woken_by);
	trace_out_slice(w->out, row_of(t), t->since_ns, at_ns,
			"waits for a CPU", args.len ? str_text(&args) : NULL);
}

static void end_run(struct writer *w, struct task *t, unsigned int cpu,
		    char state, uint64_t at_ns)
{
	char name[40], end[2] = { state };
	auto_str struct str args = { 0 };

	if (t->state != RUNS)
		return;
	trace_out_text(&args, "then", end);
	snprintf(name, sizeof(name), "runs on CPU %u", cpu);
	trace_out_slice(w->out, row_of(t), t->since_ns, at_ns, name,
			str_text(&args));
}

/* Both rows, the CPU's and the task's, up to now. */
static void leave(struct writer *w, unsigned int cpu, char state,
		  uint64_t at_ns)
{
	struct seat *s = &w->seat[cpu];
	auto_str struct str args = { 0 };
	char end[2] = { state };

	if (!s->known || !s->task)
		return;
	trace_out_number(&args, "pid", s->task->pid);
	trace_out_number(&args, "prio", s->prio);
	trace_out_text(&args, "then", end);
	trace_out_slice(w->out, row_of_cpu(cpu), s->since_ns, at_ns,
			s->task->name, str_text(&args));
	end_run(w, s->task, cpu, state, at_ns);
	s->task->state = UNKNOWN;
}

static void enter(struct writer *w, const struct trace_event *e)
{
	struct seat *s = &w->seat[e->cpu];
	struct task *t = NULL;

	*s = (struct seat){ .known = true,
			    .since_ns = e->at_ns,
			    .prio = e->other_prio };
	if (e->other != 0)
		t = find(w, e->other, e->other_comm);
	s->known = e->other == 0 || t;
	s->task = t;
	if (!t)
		return;
	end_wait(w, t, e->at_ns);
	if (t->arrow)
		trace_out_arrow(w->out, row_of_cpu(e->cpu), e->at_ns, t->arrow,
				/* ends */ true);
	t->arrow = 0;
	t->woken_by = -1;
	t->state = RUNS;
	t->since_ns = e->at_ns;
	t->shown = true;
}

static void take_switch(struct writer *w, const struct trace_event *e)
{
	struct seat *s = &w->seat[e->cpu];
	int32_t there = s->task ? s->task->pid : 0;
	struct task *t = e->pid ? find(w, e->pid, e->comm) : NULL;

	w->tally->switches++;
	if (s->known && there != e->pid) {
		w->tally->odd++;
		s->known = false;
	}
	leave(w, e->cpu, e->state, e->at_ns);
	if (t) {
		t->state = e->state == 'R' || e->state == '+' ? WAITS : SLEEPS;
		t->since_ns = e->at_ns;
		t->shown = true;
	}
	enter(w, e);
}

static void take_wakeup(struct writer *w, const struct trace_event *e)
{
	struct seat *s = &w->seat[e->cpu];
	struct task *t = e->pid ? find(w, e->pid, e->comm) : NULL;
	auto_str struct str name = { 0 }, args = { 0 };

	w->tally->wakeups++;
	if (!t)
		return;
	str_addf(&name, "wakes %s", t->name);
	trace_out_number(&args, "pid", t->pid);
	trace_out_number(&args, "prio", e->prio);
	trace_out_number(&args, "for CPU", e->to);
	trace_out_instant(w->out, row_of_cpu(e->cpu), e->at_ns, str_text(&name),
			  str_text(&args));
	/* It may be on its way to sleep, and go on. */
	if (t->state == RUNS || t->state == WAITS)
		return;
	t->state = WAITS;
	t->since_ns = e->at_ns;
	t->woken_by = e->other;
	t->shown = true;
	/* An arrow needs a slice to begin in; interrupts of idle CPUs have
	 * none. */
	if (!s->known || !s->task)
		return;
	t->arrow = ++w->arrows;
	trace_out_arrow(w->out, row_of_cpu(e->cpu), e->at_ns, t->arrow,
			/* ends */ false);
}

static void take_migration(struct writer *w, const struct trace_event *e)
{
	struct task *t = e->pid ? find(w, e->pid, e->comm) : NULL;
	char name[64];

	w->tally->migrations++;
	if (!t)
		return;
	snprintf(name, sizeof(name), "from CPU %d to %d", e->from, e->to);
	t->shown = true;
	trace_out_instant(w->out, row_of(t), e->at_ns, name, NULL);
}

/* Who has the CPU now is not known, nor where that task is. */
static void take_hole(struct writer *w, const struct trace_event *e,
		      uint64_t since_ns)
{
	struct seat *s = &w->seat[e->cpu];
	auto_str struct str args = { 0 };

	w->tally->holes++;
	if (e->count)
		trace_out_number(&args, "events", (int64_t)e->count);
	trace_out_slice(w->out, row_of_cpu(e->cpu), since_ns, e->at_ns,
			"events were lost", args.len ? str_text(&args) : NULL);
	if (s->known && s->task)
		s->task->state = UNKNOWN;
	*s = (struct seat){ 0 };
}

static void name_rows(struct writer *w, const struct trace *t)
{
	char name[40];

	for (unsigned int cpu = 0; cpu < t->cpus; cpu++) {
		if (!t->cpu[cpu].events)
			continue;
		snprintf(name, sizeof(name), "CPU %u", cpu);
		trace_out_name_row(w->out, row_of_cpu(cpu), name, (int)cpu);
	}
	for (size_t i = 0; i < w->slots; i++) {
		const struct task *k = w->slot[i];

		if (k && (k->shown || k->named))
			trace_out_name_row(w->out, row_of(k), k->name, k->pid);
	}
}

static void write_events(struct writer *w, const struct trace *t)
{
	uint64_t *last = w->last;

	for (unsigned int cpu = 0; cpu < TRACE_CPUS_MAX; cpu++)
		last[cpu] = w->begin_ns;
	for (size_t i = 0; i < t->count; i++) {
		const struct trace_event *e = &t->event[i];

		if (e->kind == TRACE_SWITCH)
			take_switch(w, e);
		else if (e->kind == TRACE_WAKEUP)
			take_wakeup(w, e);
		else if (e->kind == TRACE_MIGRATE)
			take_migration(w, e);
		else
			take_hole(w, e, last[e->cpu]);
		last[e->cpu] = e->at_ns;
	}
}

/* Who still runs or waits. */
static void end_rows(struct writer *w, const struct trace *t, uint64_t end_ns)
{
	for (unsigned int cpu = 0; cpu < t->cpus; cpu++)
		leave(w, cpu, 'R', end_ns);
	for (size_t i = 0; i < w->slots; i++) {
		if (w->slot[i])
			end_wait(w, w->slot[i], end_ns);
	}
}

int trace_tasks_write(struct trace_out *o, const struct trace *t,
		      const json_t *tasks, uint64_t begin_ns, uint64_t end_ns,
		      struct trace_tally *ret)
{
	struct writer *w = calloc(1, sizeof(*w));
	bool failed;

	*ret = (struct trace_tally){ 0 };
	if (!w)
		return -ENOMEM;
	w->out = o;
	w->tally = ret;
	w->begin_ns = begin_ns;
	trace_out_name_group(o, TRACE_ROWS_CPUS, "CPUs");
	trace_out_name_group(o, TRACE_ROWS_WORKERS, "workers");
	trace_out_name_group(o, TRACE_ROWS_TASKS, "other tasks");
	name_workers(w, tasks);
	write_events(w, t);
	end_rows(w, t, end_ns);
	name_rows(w, t);
	failed = w->failed;
	for (size_t i = 0; i < w->slots; i++)
		free(w->slot[i]);
	free(w->slot);
	free(w);
	return failed ? -ENOMEM : 0;
}
