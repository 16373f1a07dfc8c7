/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/trace/sched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/trace/format.h"
#include "vmm/trace/ring.h"

#define FORMATS_MAX 16
/* An event has no less: a head of 4 bytes, and one number. */
#define EVENT_BYTES_MIN 8

/* A format, and what its records become. */
struct known {
	struct trace_format format;
	enum trace_kind kind;
};

/* A CPU's events: so many are there, and so many of the oldest are left out. */
struct part {
	uint64_t count, left_out, passed;
};

struct reader {
	struct trace *trace;
	bool counting; /* nothing is kept yet */
	struct part part[TRACE_CPUS_MAX];
	struct known known[FORMATS_MAX];
	size_t known_count;
	struct trace_field type; /* of the number that says which format */
	bool has_type;
	uint32_t number;
};

/* Which of our kinds an event is, or -1. */
static int kind_of(const char *name)
{
	static const struct {
		const char *name;
		enum trace_kind kind;
	} kinds[] = {
		{ "sched_switch", TRACE_SWITCH },
		{ "sched_wakeup", TRACE_WAKEUP },
		{ "sched_wakeup_new", TRACE_WAKEUP },
		{ "sched_migrate_task", TRACE_MIGRATE },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return (int)kinds[i].kind;
	}
	return -1;
}

static int add_format(struct reader *r, const char *text, size_t len,
		      struct why *reterr_why)
{
	struct known *k = &r->known[r->known_count];
	const struct trace_field *type;
	int ret, kind;

	if (r->known_count == FORMATS_MAX)
		return why_set(reterr_why, -EBADMSG,
			       "the trace has too many formats");
	ret = trace_format_read(text, len, &k->format, reterr_why);
	if (ret < 0)
		return ret;
	type = trace_format_field(&k->format, "common_type");
	kind = kind_of(k->format.name);
	if (kind < 0 || !type)
		return 0;
	r->type = *type;
	r->has_type = true;
	k->kind = (enum trace_kind)kind;
	r->known_count++;
	return 0;
}

/* A field that a record may not have: 0. */
static int32_t number(const struct trace_format *f, const char *name,
		      const void *record, size_t len)
{
	int64_t n = 0;

	(void)trace_field_number(trace_format_field(f, name), record, len, &n);
	return (int32_t)n;
}

static void text(const struct trace_format *f, const char *name,
		 const void *record, size_t len, char ret[TRACE_COMM])
{
	(void)trace_field_text(trace_format_field(f, name), record, len, ret,
			       TRACE_COMM);
}

/* One bit of these, and above them one for a task that could run on. Source:
 * Linux include/linux/sched.h (TASK_REPORT), since 4.14. */
static char state_of(int64_t bits)
{
	static const char letters[] = "SDTtXZPI";

	if (bits & 0x100)
		return '+';
	for (int i = 0; letters[i]; i++) {
		if (bits & (1 << i))
			return letters[i];
	}
	return 'R';
}

static void fill_switch(const struct trace_format *f, const void *record,
			size_t len, struct trace_event *e)
{
	int64_t state = 0;

	(void)trace_field_number(trace_format_field(f, "prev_state"), record,
				 len, &state);
	e->state = state_of(state);
	e->pid = number(f, "prev_pid", record, len);
	e->prio = number(f, "prev_prio", record, len);
	text(f, "prev_comm", record, len, e->comm);
	e->other = number(f, "next_pid", record, len);
	e->other_prio = number(f, "next_prio", record, len);
	text(f, "next_comm", record, len, e->other_comm);
}

static void fill_other(const struct trace_format *f, const void *record,
		       size_t len, struct trace_event *e)
{
	e->pid = number(f, "pid", record, len);
	e->prio = number(f, "prio", record, len);
	text(f, "comm", record, len, e->comm);
	e->other = number(f, "common_pid", record, len);
	e->from = number(f, "orig_cpu", record, len);
	e->to = number(f, e->kind == TRACE_MIGRATE ? "dest_cpu" : "target_cpu",
		       record, len);
}

/* Room for one more, or NULL. */
static struct trace_event *grow(struct reader *r, unsigned int cpu,
				uint64_t at_ns)
{
	struct trace *t = r->trace;
	struct trace_event *e;

	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : 4096;

		e = reallocarray(t->event, room, sizeof(*e));
		if (!e)
			return NULL;
		t->event = e;
		t->room = room;
	}
	e = &t->event[t->count++];
	*e = (struct trace_event){ .at_ns = at_ns,
				   .number = r->number++,
				   .cpu = (uint16_t)cpu };
	return e;
}

/* The next event of a CPU, or NULL: it is left out, or, as *@ret_error tells,
 * memory ran out. */
static struct trace_event *new_event(struct reader *r, unsigned int cpu,
				     uint64_t at_ns, int *ret_error)
{
	struct part *p = &r->part[cpu];
	struct trace_event *e;

	*ret_error = 0;
	if (r->counting) {
		p->count++;
		return NULL;
	}
	if (p->passed < p->left_out) {
		p->passed++;
		r->trace->left_out++;
		return NULL;
	}
	if (p->left_out) {
		e = grow(r, cpu, at_ns);
		if (e) {
			e->kind = TRACE_LOST;
			e->count = p->left_out;
		}
		p->left_out = 0;
	}
	e = grow(r, cpu, at_ns);
	if (!e)
		*ret_error = -ENOMEM;
	return e;
}

static int add_record(struct reader *r, unsigned int cpu, uint64_t at_ns,
		      const void *record, size_t len)
{
	const struct known *k = r->known;
	struct trace_event *e;
	int64_t id;
	int error;

	if (!r->has_type || !trace_field_number(&r->type, record, len, &id))
		id = -1;
	while (k < r->known + r->known_count && k->format.id != id)
		k++;
	if (k == r->known + r->known_count) {
		r->trace->others++;
		return 0;
	}
	e = new_event(r, cpu, at_ns, &error);
	if (!e)
		return error;
	e->kind = (uint8_t)k->kind;
	if (k->kind == TRACE_SWITCH)
		fill_switch(&k->format, record, len, e);
	else
		fill_other(&k->format, record, len, e);
	return 0;
}

static int add_lost(struct reader *r, const struct trace_page *p,
		    unsigned int cpu)
{
	int error;
	struct trace_event *e = new_event(r, cpu, p->now_ns, &error);

	if (!e)
		return error;
	e->kind = TRACE_LOST;
	e->count = p->lost_count;
	return 0;
}

static int add_page(struct reader *r, unsigned int cpu, const void *data,
		    size_t len, struct why *reterr_why)
{
	struct trace_cpu *c;
	struct trace_page p;
	const void *record;
	int ret;

	if (cpu >= TRACE_CPUS_MAX)
		return why_set(reterr_why, -EBADMSG,
			       "the trace has a page of CPU %u", cpu);
	ret = trace_page_begin(&p, data, len, reterr_why);
	if (ret == 0 && p.lost)
		ret = add_lost(r, &p, cpu);
	c = &r->trace->cpu[cpu];
	if (cpu >= r->trace->cpus)
		r->trace->cpus = cpu + 1;
	while (ret == 0 &&
	       (ret = trace_page_next(&p, &record, &len, reterr_why)) > 0) {
		ret = add_record(r, cpu, p.now_ns, record, len);
		if (c->events++ == 0)
			c->first_ns = p.now_ns;
		c->last_ns = p.now_ns;
	}
	return ret;
}

static int by_time(const void *a, const void *b)
{
	const struct trace_event *x = a, *y = b;

	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* The next record; @ret_next: where the one behind it begins, maybe past the
 * end. */
static int take_record(struct reader *r, const char *data, size_t len,
		       size_t *ret_next, struct why *reterr_why)
{
	struct trace_head head;

	if (len < sizeof(head))
		return why_set(reterr_why, -EBADMSG, "the trace is cut");
	memcpy(&head, data, sizeof(head));
	data += sizeof(head);
	len -= sizeof(head);
	if (head.len > len || head.len > TRACE_PAGE_MAX)
		return why_set(reterr_why, -EBADMSG,
			       "a record of the trace is longer than it is");
	*ret_next = sizeof(head) + TRACE_PAD(head.len);
	if (head.kind == TRACE_FORMAT)
		return add_format(r, data, head.len, reterr_why);
	if (head.kind == TRACE_PAGE)
		return add_page(r, head.cpu, data, head.len, reterr_why);
	return why_set(reterr_why, -EBADMSG,
		       "the trace has a record of unknown kind");
}

/* All records, from the first on. */
static int take_all(struct reader *r, const void *data, size_t len,
		    struct why *reterr_why)
{
	size_t next = 0;
	int error = 0;

	*r->trace = (struct trace){ 0 };
	r->known_count = 0;
	r->has_type = false;
	for (size_t at = 0; error == 0 && at < len; at += next)
		error = take_record(r, (const char *)data + at, len - at, &next,
				    reterr_why);
	return error;
}

/* What is kept if no CPU has more than @each. */
static uint64_t kept(const struct reader *r, uint64_t each)
{
	uint64_t n = 0;

	for (size_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++)
		n += r->part[cpu].count < each ? r->part[cpu].count : each;
	return n;
}

/* The largest number for each CPU with which all have no more than @most. */
static void share(struct reader *r, uint64_t most)
{
	uint64_t low = 0, high = most + 1;

	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (kept(r, middle) <= most)
			low = middle;
		else
			high = middle;
	}
	for (size_t cpu = 0; cpu < TRACE_CPUS_MAX; cpu++) {
		struct part *p = &r->part[cpu];

		p->left_out = p->count > low ? p->count - low : 0;
	}
}

int trace_read(const void *data, size_t len, struct trace *ret,
	       struct why *reterr_why)
{
	return trace_read_most(data, len, TRACE_EVENTS_MAX, ret, reterr_why);
}

int trace_read_most(const void *data, size_t len, uint64_t most,
		    struct trace *ret, struct why *reterr_why)
{
	struct reader *r = calloc(1, sizeof(*r));
	int error;

	*ret = (struct trace){ 0 };
	if (!r)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r->trace = ret;
	why_set(reterr_why, 0, "out of memory");
	if (len / EVENT_BYTES_MIN > most) {
		/* What is wrong is told by the second reading. */
		r->counting = true;
		(void)take_all(r, data, len, reterr_why);
		r->counting = false;
		share(r, most);
		why_set(reterr_why, 0, "out of memory");
	}
	error = take_all(r, data, len, reterr_why);
	free(r);
	if (ret->count)
		qsort(ret->event, ret->count, sizeof(*ret->event), by_time);
	return error;
}

void trace_done(struct trace *t)
{
	free(t->event);
	*t = (struct trace){ 0 };
}
