/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/repro/stops.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vmm/repro/stop-record.h"

/* enum scx_exit_kind: from SCX_EXIT_ERROR on it is a failure. */
#define EXIT_ERROR 1024

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int set_one(struct repro_stops *s, uint64_t at, bool want, bool *is,
		   struct why *reterr_why)
{
	if (want == *is || !at)
		return 0;
	int r = gdb_break(&s->remote, at, want, reterr_why);

	if (r == 0)
		*is = want;
	return r;
}

static bool in_window(const struct repro_stops *s, uint64_t now_ns)
{
	for (unsigned int i = 0; i < s->windows; i++) {
		if (now_ns >= s->window[i].from_ns &&
		    now_ns <= s->window[i].to_ns)
			return true;
	}
	return false;
}

/* In the last window functions tell the time themselves. */
static bool needs_time(const struct repro_stops *s, uint64_t now_ns)
{
	return s->windows > 0 && now_ns < s->window[s->windows - 1].from_ns;
}

/* Breakpoints as they are to be from @now_ns on. */
static int arm(struct repro_stops *s, uint64_t now_ns, struct why *reterr_why)
{
	bool on = !s->triggered && !s->full;
	bool watch = on && in_window(s, now_ns);
	int r = set_one(s, s->places.load, !s->triggered, &s->loads,
			reterr_why);

	if (r == 0)
		r = set_one(s, s->places.jiffy, on && needs_time(s, now_ns),
			    &s->ticks, reterr_why);
	for (unsigned int i = 0; r == 0 && i < s->plan->count; i++)
		r = set_one(s, s->at[i],
			    i == s->plan->trigger ? !s->triggered : watch,
			    &s->is_set[i], reterr_why);
	return r;
}

/* A scheduler is about to be loaded: where its programs begin. One that was
 * loaded before is gone. */
static int find_programs(struct repro_stops *s, uint64_t ops,
			 struct why *reterr_why)
{
	unsigned char *text = malloc(s->places.ops_bytes);
	int r = text ? gdb_memory(&s->remote, ops, text, s->places.ops_bytes,
				  reterr_why)
		     : why_set(reterr_why, -ENOMEM, "out of memory");

	for (unsigned int i = 0; r == 0 && i < s->plan->count; i++) {
		const struct repro_named *n = &s->plan->named[i];

		if (!n->is_member)
			continue;
		r = set_one(s, s->at[i], false, &s->is_set[i], reterr_why);
		s->at[i] = 0;
		if (n->member + sizeof(s->at[i]) <= s->places.ops_bytes)
			memcpy(&s->at[i], text + n->member, sizeof(s->at[i]));
	}
	free(text);
	return r == -EFAULT ? why_set(reterr_why, r,
				      "the scheduler that is loaded cannot be "
				      "read")
			    : r;
}

static int find_function(const struct repro_stops *s, uint64_t at)
{
	for (unsigned int i = 0; i < s->plan->count; i++) {
		if (s->at[i] == at && s->is_set[i])
			return (int)i;
	}
	return -1;
}

/* Room for one more. */
static int grow(struct repro_stops *s, struct why *reterr_why)
{
	struct repro_record *more;
	size_t room = s->room ? s->room * 2 : 256;

	if (s->count < s->room)
		return 0;
	more = reallocarray(s->record, room, sizeof(*more));
	if (!more)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	s->record = more;
	s->room = room;
	return 0;
}

static int take_record(struct repro_stops *s, unsigned int i,
		       const struct repro_stop *stop, struct why *reterr_why)
{
	struct repro_record *record;
	int r = grow(s, reterr_why);

	if (r < 0)
		return r;
	record = &s->record[s->count];
	r = repro_stop_record(s, i, stop, record, reterr_why);
	if (r < 0)
		return r;
	s->count++;
	if (i == s->plan->trigger &&
	    (int32_t)record->arg[s->plan->trigger_kind] >= EXIT_ERROR) {
		record->kind = REPRO_TRIGGER;
		s->triggered = true;
	}
	return 0;
}

/* Is a breakpoint at @pc now? */
static bool is_at(const struct repro_stops *s, uint64_t pc)
{
	return (s->loads && pc == s->places.load) ||
	       (s->ticks && pc == s->places.jiffy) || find_function(s, pc) >= 0;
}

/* All go on; who stands at a breakpoint does a step. */
static int go_on(struct repro_stops *s, struct why *reterr_why)
{
	const char *step[REPRO_CPUS_MAX];
	size_t count = 0;

	for (unsigned int i = 0; i < REPRO_CPUS_MAX; i++) {
		if (*s->cpu[i].thread)
			step[count++] = s->cpu[i].thread;
	}
	return gdb_go(&s->remote, step, count, reterr_why);
}

/* A function has been called, or is about to be. */
static int note_stop(struct repro_stops *s, const struct repro_stop *stop,
		     struct why *reterr_why)
{
	int i = find_function(s, stop->pc), r = 0;

	if (stop->pc == s->places.load)
		r = find_programs(s, stop->arg[0], reterr_why);
	else if (stop->pc == s->places.jiffy)
		s->jiffies++;
	if (r == 0 && i >= 0)
		r = take_record(s, (unsigned int)i, stop, reterr_why);
	if (r == 0)
		r = arm(s, stop->now_ns, reterr_why);
	return r;
}

/* The longest instruction of x86. */
#define INSTRUCTION_MAX 15

static int handle(struct repro_stops *s, const struct gdb_stop *where,
		  struct why *reterr_why)
{
	struct repro_stop stop;
	struct repro_passage *cpu;
	int r = repro_stop_where(where, &s->remote, &stop, reterr_why);

	if (r < 0)
		return r;
	cpu = &s->cpu[stop.cpu];
	s->full |= ++s->stops >= REPRO_STOPS_MAX;
	if (*cpu->thread && stop.pc - cpu->pc - 1 < INSTRUCTION_MAX)
		cpu->pc = 0; /* it is past it */
	*cpu->thread = '\0';
	if (is_at(s, stop.pc) && cpu->pc == stop.pc && cpu->sp == stop.sp) {
		s->again++;
	} else if (is_at(s, stop.pc)) {
		r = repro_stop_read(s, &stop, reterr_why);
		if (r == 0)
			r = note_stop(s, &stop, reterr_why);
	}
	if (r == 0 && is_at(s, stop.pc)) {
		memcpy(cpu->thread, where->thread, sizeof(cpu->thread));
		cpu->pc = stop.pc;
		cpu->sp = stop.sp;
	}
	return r < 0 ? r : go_on(s, reterr_why);
}

/* What ended the watching, for who asks later; the machine is ended, too,
 * unless it has ended itself. */
static int give_up(struct repro_stops *s, int error)
{
	if (error == -EPIPE)
		return error;
	s->error = error;
	return 1;
}

static int begin(void *stops, struct why *reterr_why)
{
	struct repro_stops *s = stops;
	int r = gdb_begin(&s->remote, reterr_why);

	if (r == 0)
		r = arm(s, 0, reterr_why);
	if (r == 0)
		r = gdb_continue(&s->remote, reterr_why);
	return r;
}

static int hear(void *stops, struct why *reterr_why)
{
	struct repro_stops *s = stops;
	double begun = now_s();
	struct gdb_stop stop;
	int r = gdb_remote_receive(&s->remote, 0, &s->why);

	(void)reterr_why;
	if (r == -EAGAIN)
		return 0;
	if (r == 0)
		r = gdb_read_stop(&s->remote, &stop, &s->why);
	if (r == 0 && stop.ended)
		return -EPIPE;
	if (r == 0)
		r = handle(s, &stop, &s->why);
	s->seconds += now_s() - begun;
	return r < 0 ? give_up(s, r) : 0;
}

int repro_stops_begin(struct repro_stops *ret, const struct repro_plan *plan,
		      const struct repro_places *places, struct why *reterr_why)
{
	int pair[2];
	int r = gdb_remote_pair(pair, reterr_why);

	*ret = (struct repro_stops){ .plan = plan, .places = *places };
	ret->connection = (struct machine_debug){ .fd = -1, .stub_fd = -1 };
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < plan->count; i++)
		ret->at[i] = plan->function[i].at;
	gdb_remote_begin(&ret->remote, pair[0]);
	ret->connection = (struct machine_debug){ .fd = pair[0],
						  .stub_fd = pair[1],
						  .wait_fd = pair[0],
						  .begin = begin,
						  .hear = hear,
						  .arg = ret };
	return 0;
}

void repro_stops_done(struct repro_stops *s)
{
	if (s->connection.fd >= 0)
		close(s->connection.fd);
	if (s->connection.stub_fd >= 0)
		close(s->connection.stub_fd);
	gdb_remote_done(&s->remote);
	free(s->record);
	s->record = NULL;
}
