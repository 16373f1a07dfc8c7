/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/trace-test.h"

#include <stdio.h>
#include <string.h>

#include "vmm/mon/derive.h"

enum { ROW_PHASES = 1, ROW_STEPS, ROW_OPS, ROW_SCHEDULER, ROW_KERNEL };

static struct trace_row row(int number)
{
	return (struct trace_row){ TRACE_ROWS_TEST, number };
}

static uint64_t at_of(const json_t *frame)
{
	int64_t at = facts_int(frame, "at_ns");

	return at > 0 ? (uint64_t)at : 0;
}

/* Until the next frame of @list for which @ends says yes, or @end_ns. */
static uint64_t end_of(const json_t *list, size_t i, uint64_t end_ns,
		       bool (*ends)(const json_t *))
{
	while (++i < json_array_size(list)) {
		if (ends(json_array_get(list, i)))
			return at_of(json_array_get(list, i));
	}
	return end_ns;
}

static bool any(const json_t *frame)
{
	(void)frame;
	return true;
}

static bool is_one_of(const json_t *frame, const char *const *words)
{
	const char *what = facts_text(frame, "what");

	while (*words && strcmp(*words, what) != 0)
		words++;
	return *words;
}

/* A part of the test, with all that it holds. */
static bool is_part(const json_t *frame)
{
	static const char *const words[] = { "setup", "settle", "start",
					     "step",  "stop",	NULL };

	return is_one_of(frame, words);
}

/* What a step's ops, and its hold, end with. */
static bool is_inner(const json_t *frame)
{
	static const char *const words[] = { "hold", "end-of-step", "step",
					     "stop", NULL };

	return is_one_of(frame, words);
}

static void write_phases(struct trace_out *o, const struct facts *f,
			 uint64_t end_ns)
{
	for (size_t i = 0; i < json_array_size(f->phase); i++) {
		const json_t *p = json_array_get(f->phase, i);

		trace_out_slice(o, row(ROW_PHASES), at_of(p),
				end_of(f->phase, i, end_ns, any),
				strcmp(facts_text(p, "name"), "boot") == 0
					? "load"
					: facts_text(p, "name"),
				NULL);
	}
}

/* All that a frame says but its kind, name and time. */
static void add_members(struct str *args, const json_t *frame)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)frame, key, value)
	{
		if (strcmp(key, "t") == 0 || strcmp(key, "at_ns") == 0)
			continue;
		if (json_is_string(value))
			trace_out_text(args, key, json_string_value(value));
		else if (json_is_integer(value))
			trace_out_number(args, key, json_integer_value(value));
		else if (json_is_boolean(value))
			trace_out_text(args, key,
				       json_is_true(value) ? "yes" : "no");
	}
}

static void write_op(struct trace_out *o, const json_t *e)
{
	auto_str struct str name = { 0 }, args = { 0 };

	str_addf(&name, "%.60s %.60s", facts_text(e, "name"),
		 facts_text(e, "cgroup"));
	add_members(&args, e);
	trace_out_instant(o, row(ROW_OPS), at_of(e), str_text(&name),
			  str_text(&args));
}

static void write_steps(struct trace_out *o, const struct facts *f,
			uint64_t end_ns)
{
	for (size_t i = 0; i < json_array_size(f->event); i++) {
		const json_t *e = json_array_get(f->event, i);
		const char *what = facts_text(e, "what");
		auto_str struct str name = { 0 };
		bool (*ends)(const json_t *) = is_part;

		if (strcmp(what, "op") == 0)
			write_op(o, e);
		if (strcmp(what, "hold") == 0)
			ends = is_inner;
		else if (!is_part(e))
			continue;
		str_addf(&name, "%.20s%s%.100s", what,
			 *facts_text(e, "name") ? " " : "",
			 facts_text(e, "name"));
		trace_out_slice(o, row(ROW_STEPS), at_of(e),
				end_of(f->event, i, end_ns, ends),
				str_text(&name), NULL);
	}
}

static bool ends_charge(const json_t *frame)
{
	return strcmp(facts_text(frame, "event"), "attached") != 0;
}

static void write_scheduler(struct trace_out *o, const struct facts *f,
			    uint64_t end_ns)
{
	for (size_t i = 0; i < json_array_size(f->scheduler); i++) {
		const json_t *s = json_array_get(f->scheduler, i);
		const char *event = facts_text(s, "event");
		auto_str struct str args = { 0 };

		add_members(&args, s);
		if (at_of(s))
			trace_out_instant(o, row(ROW_SCHEDULER), at_of(s),
					  event, str_text(&args));
		if (strcmp(event, "attached") == 0)
			trace_out_slice(
				o, row(ROW_SCHEDULER), at_of(s),
				end_of(f->scheduler, i, end_ns, ends_charge),
				"in charge", NULL);
	}
}

static void write_messages(struct trace_out *o, const struct facts *f)
{
	for (size_t i = 0; i < json_array_size(f->kmsg); i++) {
		const json_t *k = json_array_get(f->kmsg, i);
		char text[160];

		snprintf(text, sizeof(text), "%s", facts_text(k, "text"));
		trace_out_instant(o, row(ROW_KERNEL), at_of(k), text, NULL);
	}
}

void trace_test_write(struct trace_out *o, const struct facts *f,
		      uint64_t end_ns)
{
	static const char *const names[] = {
		[ROW_PHASES] = "phases",
		[ROW_STEPS] = "steps",
		[ROW_OPS] = "ops",
		[ROW_SCHEDULER] = "scheduler",
		[ROW_KERNEL] = "kernel's log",
	};

	trace_out_name_group(o, TRACE_ROWS_TEST, "test");
	for (int i = ROW_PHASES; i <= ROW_KERNEL; i++)
		trace_out_name_row(o, row(i), names[i], i);
	write_phases(o, f, end_ns);
	write_steps(o, f, end_ns);
	write_scheduler(o, f, end_ns);
	write_messages(o, f);
}

/* Return: it is plausible. */
static bool write_sample(struct trace_out *o, const struct mon_series *s,
			 const struct mon_sample *sample,
			 const struct mon_sample *before)
{
	struct mon_look look = mon_look(s, sample, before, NULL);
	char name[64];

	if (!look.ok)
		return false;
	trace_out_counter(o, sample->at_ns, "imbalance", "ratio",
			  look.imbalance);
	trace_out_counter(o, sample->at_ns, "deepest local queue", "tasks",
			  look.dsq);
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
		const struct mon_cpu *c = &sample->cpu[cpu];

		if (!(c->state & MON_CPU_IS))
			continue;
		snprintf(name, sizeof(name), "run queue of CPU %u", cpu);
		trace_out_counter(o, sample->at_ns, name, "tasks",
				  mon_tasks(sample, cpu));
	}
	return true;
}

void trace_monitor_write(struct trace_out *o, const struct facts *f)
{
	const struct mon_sample *before = NULL;
	struct mon_series s;
	struct why why;

	if (!f->series.len)
		return;
	trace_out_name_group(o, TRACE_ROWS_MONITOR, "monitor");
	/* What came before a damage is right; the result tells of that. */
	(void)mon_series_read(f->series.text, f->series.len, &s, &why);
	for (size_t i = 0; i < s.samples; i++) {
		if (write_sample(o, &s, &s.sample[i], before))
			before = &s.sample[i];
	}
	mon_series_done(&s);
}
