/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/outside.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Samples until counters are read again where nothing needs them. */
#define COUNTS_EVERY 10

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		return 0;
	return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

/* The machine stands before its first instruction. */
static int place(void *outside, struct qmp *q, pid_t pid,
		 struct why *reterr_why)
{
	struct outside *o = outside;
	int r = o->before ? o->before(o->before_arg, q, pid, reterr_why) : 0;

	if (r < 0)
		return r;
	/* A machine runs as well without being read; the result says why. */
	o->error = mon_outside_find(&o->machine, q, pid, &o->why);
	return 0;
}

void outside_begin(struct outside *o, const struct mon_layout *layout,
		   struct machine_config *c, struct facts *f)
{
	*o = (struct outside){ .layout = layout,
			       .facts = f,
			       .cpus = topology_cpus(&c->topology) };
	if (!layout)
		return;
	o->reach = (struct mon_memory){ .read = mon_outside_read,
					.arg = &o->machine };
	o->c = c;
	o->before = c->before;
	o->before_arg = c->before_arg;
	c->before = place;
	c->before_arg = o;
}

static void send(struct outside *o, const void *record, size_t len)
{
	str_add_bytes(&o->facts->series, record, len);
	o->bytes += len;
}

static struct mon_head head_of(const struct outside *o, enum mon_record kind,
			       size_t len)
{
	return (struct mon_head){ .kind = kind,
				  .cpus = (uint16_t)o->cpus,
				  .own = -1,
				  .len = len,
				  .at_ns = now_ns(CLOCK_MONOTONIC) };
}

static void send_counts(struct outside *o)
{
	uint64_t count[MON_COUNTS];
	struct mon_head head = head_of(o, MON_COUNTS_OF, sizeof(count));

	o->error = mon_reader_counts(&o->reader, count);
	if (o->error)
		return;
	send(o, &head, sizeof(head));
	send(o, count, sizeof(count));
}

static void send_list(struct outside *o, enum mon_record kind,
		      int (*read)(struct mon_reader *, struct str *))
{
	struct mon_head head = head_of(o, kind, 0);
	auto_str struct str out = { 0 };

	if (read(&o->reader, &out) < 0 || out.failed)
		return; /* this kernel has none */
	head.len = out.len;
	send(o, &head, sizeof(head));
	send(o, str_text(&out), out.len);
}

/* What the host gave to each CPU so far; one thread may be all of them. */
static void add_times(struct outside *o, struct mon_cpu *cpu)
{
	const struct noise *n = &o->noise;

	for (unsigned int i = 0; i < o->cpus && n->count > 0; i++) {
		const struct noise_vcpu *v =
			&n->vcpu[n->one_thread || i >= n->count ? 0 : i];

		cpu[i].ran_us = (uint32_t)(v->run_ns / 1000) + 1;
	}
}

/* The same to be told; of one thread it says nothing of a CPU. */
static void send_times(struct outside *o, uint64_t at_ns)
{
	const struct noise *n = &o->noise;
	struct mon_head head =
		head_of(o, MON_VCPUS, o->cpus * sizeof(struct mon_vcpu));

	if (n->count == 0 || n->one_thread)
		return;
	head.at_ns = at_ns;
	send(o, &head, sizeof(head));
	for (unsigned int i = 0; i < o->cpus; i++) {
		struct mon_vcpu v = { 0 };

		if (i < n->count)
			v = (struct mon_vcpu){ n->vcpu[i].run_ns,
					       n->vcpu[i].wait_ns };
		send(o, &v, sizeof(v));
	}
}

static void take_sample(struct outside *o)
{
	size_t len = o->cpus * sizeof(struct mon_cpu);
	struct mon_head head = head_of(o, MON_SAMPLE, len);

	if (o->bytes > MON_SERIES_MAX / 4 * 3) {
		o->left_out++;
		return;
	}
	o->error = mon_reader_sample(&o->reader, o->record);
	if (o->error)
		return;
	noise_sample(&o->noise, o->machine.pid, true);
	add_times(o, o->record);
	send(o, &head, sizeof(head));
	send(o, o->record, len);
	send_times(o, head.at_ns);
	o->samples++;
	/* A machine may end before we hear that its workers have stopped. */
	if (mon_has_events(o->layout) || o->samples % COUNTS_EVERY == 0)
		send_counts(o);
}

/* The first look, once the workers run: the kernel is up since long. */
static void begin(struct outside *o, uint64_t now)
{
	int r;

	if (o->begin_ns == 0)
		o->begin_ns = now;
	mon_reader_done(&o->reader);
	r = mon_reader_begin(&o->reader, o->layout, &o->reach, o->cpus,
			     &o->why);
	if (r == -EAGAIN && now - o->begin_ns < OUTSIDE_WAIT_NS)
		return;
	o->record = calloc(o->cpus, sizeof(struct mon_cpu));
	if (!o->record)
		r = why_set(&o->why, -ENOMEM, "out of memory");
	o->error = r;
	if (r < 0)
		return;
	o->begun = true;
	o->begin_ns = now;
	send_list(o, MON_DOMAINS, mon_reader_domains);
	send_list(o, MON_PROGRAMS, mon_reader_programs);
	send_counts(o);
}

static void end(struct outside *o)
{
	o->ended = true;
	if (!o->begun)
		return;
	send_counts(o);
	send_list(o, MON_DOMAINS, mon_reader_domains);
	send_list(o, MON_PROGRAMS, mon_reader_programs);
}

/* Ms until @o->next_ns. */
static int wait_ms(const struct outside *o, uint64_t now)
{
	return now >= o->next_ns
		       ? 1
		       : (int)((o->next_ns - now) / UINT64_C(1000000)) + 1;
}

int outside_tick(struct outside *o)
{
	uint64_t now = now_ns(CLOCK_MONOTONIC), cpu_ns;

	if (!o->layout || o->error || o->ended ||
	    !facts_has_event(o->facts, "start"))
		return INT_MAX;
	if (now < o->next_ns)
		return wait_ms(o, now);
	cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
	if (facts_has_event(o->facts, "stop"))
		end(o);
	else if (!o->begun)
		begin(o, now);
	else
		take_sample(o);
	o->last_ns = now;
	o->next_ns = now + OUTSIDE_PERIOD_NS;
	o->cpu_ns += now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns;
	return wait_ms(o, now);
}

void outside_end(struct outside *o)
{
	json_t *frame;

	if (!o->layout)
		return;
	o->c->before = o->before;
	o->c->before_arg = o->before_arg;
	frame = json_pack("{si sI sI sI sI sI}", "period_ns",
			  (int)OUTSIDE_PERIOD_NS, "samples",
			  (json_int_t)o->samples, "left_out",
			  (json_int_t)o->left_out, "bytes",
			  (json_int_t)o->bytes, "wall_ns",
			  (json_int_t)(o->begun ? o->last_ns - o->begin_ns : 0),
			  "cpu_ns", (json_int_t)o->cpu_ns);
	if (o->error)
		json_object_set_new(frame, "why",
				    json_string(*o->why.text
							? o->why.text
							: strerror(-o->error)));
	json_decref(o->facts->monitor);
	o->facts->monitor = frame;
	mon_reader_done(&o->reader);
	free(o->record);
	o->record = NULL;
}
