/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/repro-report.h"

#include <inttypes.h>
#include <string.h>

#include "tools/lib/utf8.h"
#include "vmm/console.h"
#include "vmm/repro/decode.h"
#include "vmm/repro/records.h"

/* What a guest says stays one line, and no order to a terminal. */
static void add_said(struct str *out, const char *before, const char *text)
{
	str_add(out, before);
	utf8_add_line(out, text, strlen(text), 0);
}

/* Is it of the task that failed? */
static bool is_its(const struct repro_story *s, const struct repro_record *r)
{
	return s->task.pid == 0 || r->kind == REPRO_TRIGGER ||
	       repro_has_task(s->plan, r, s->task.pid) || r->pid == s->task.pid;
}

/* Time before the failure, if it is known; else the guest's. */
static void add_time(const struct repro_story *s, uint64_t at_ns,
		     struct str *out)
{
	uint64_t end = s->trigger ? s->trigger->at_ns : 0;

	if (!s->trigger)
		str_addf(out, "%14.6f ms", (double)at_ns / 1e6);
	else
		str_addf(out, "%+14.6f ms",
			 at_ns > end ? (double)(at_ns - end) / 1e6
				     : -((double)(end - at_ns) / 1e6));
}

static void add_record(const struct repro_story *s,
		       const struct repro_record *r,
		       const struct repro_record *before, struct str *out)
{
	auto_str struct str pieces = { 0 };
	char task[REPRO_TASK_BYTES];

	repro_decode_pieces(s->plan, r, before, &pieces);
	/* The end of a call that changed nothing, and returned nothing. */
	if (r->kind == REPRO_RETURN && !pieces.len &&
	    !s->plan->named[r->function].result_type)
		return;
	add_time(s, r->at_ns, out);
	repro_record_task(r, task);
	str_addf(out, "  CPU %" PRIu32 "  %s  ", r->cpu, task);
	repro_decode_call(s->plan, r, out);
	str_add(out, r->kind == REPRO_TRIGGER ? "  <- the failure\n" : "\n");
	if (pieces.len)
		str_addf(out, "                       %s\n", str_text(&pieces));
}

/* The call that a return belongs to: the last one of that function and task
 * that did not return yet. */
static const struct repro_record *call_of(const struct repro_story *s, size_t i)
{
	const struct repro_record *r = &s->record[i];
	unsigned int depth = 1;

	if (r->kind != REPRO_RETURN)
		return NULL;
	while (i-- > 0) {
		const struct repro_record *c = &s->record[i];

		if (c->function != r->function || c->pid != r->pid ||
		    c->kind == REPRO_TRIGGER)
			continue;
		depth += c->kind == REPRO_RETURN ? 1 : -1;
		if (depth == 0)
			return c;
	}
	return NULL;
}

static void add_way(const struct repro_story *s, struct str *out)
{
	size_t its = 0, skipped = 0;

	for (size_t i = 0; i < s->count; i++)
		its += is_its(s, &s->record[i]);
	str_add(out, "--- what happened");
	if (s->task.pid)
		add_said(out, " to ", s->task.name);
	str_add(out, " ---\n");
	if (its == 0)
		str_add(out, "nothing was seen\n");
	if (its > REPRO_TOLD_MAX)
		str_addf(out, "(the first %zu calls are left out)\n",
			 its - REPRO_TOLD_MAX);
	for (size_t i = 0; i < s->count; i++) {
		const struct repro_record *r = &s->record[i];

		if (is_its(s, r) && its - skipped++ <= REPRO_TOLD_MAX)
			add_record(s, r, call_of(s, i), out);
	}
	str_add(out, "\n");
}

/* Functions with how often they were called, by how many tasks' calls. */
static void add_functions(const struct repro_story *s, struct str *out)
{
	str_add(out, "--- what was watched ---\n  calls");
	if (s->task.pid)
		add_said(out, "     of ", s->task.name);
	str_add(out, "\n");
	for (unsigned int i = 0; i < s->plan->count; i++) {
		const struct repro_named *n = &s->plan->named[i];
		size_t calls = 0, its = 0;

		for (size_t k = 0; k < s->count; k++) {
			const struct repro_record *r = &s->record[k];

			if (r->function != i || r->kind == REPRO_RETURN)
				continue;
			calls++;
			its += is_its(s, r);
		}
		if (calls == 0 && n->is_member && !n->in_chain)
			continue;
		str_addf(out, "%7zu", calls);
		if (s->task.pid)
			str_addf(out, " %6zu", its);
		str_addf(out, "  %s%s%s%s\n", n->name, *n->source ? "  " : "",
			 n->source, n->in_chain ? "  (in the backtrace)" : "");
	}
	for (const char *line = str_text(&s->plan->left_out); *line;) {
		size_t len = strcspn(line, "\n");

		str_addf(out, "not watched: %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
	if (s->lost)
		str_addf(out, "%" PRIu64 " records were lost\n", s->lost);
	str_addf(out, "%s\n\n", s->how);
}

static void add_words(const struct repro_run *r, const char *name,
		      struct str *out)
{
	uint64_t at_ns = repro_exit_ns(r);

	str_addf(out, "%s: %s", name, r->class);
	if (r->exit.line) {
		str_addf(out, " at %" PRIu64 ".%09" PRIu64 " s",
			 at_ns / 1000000000, at_ns % 1000000000);
		add_said(out, " of its log: ", r->exit.line);
	}
	if (r->exit.message)
		add_said(out, ": ", r->exit.message);
	str_add(out, "\n");
}

static void add_status(const struct repro_story *s, struct str *out)
{
	static const char *const words[] = {
		[REPRO_SAME] = "it failed again in the same way",
		[REPRO_OTHER] = "it failed again, but not in the same way",
		[REPRO_PASSED] = "it did not fail again",
		[REPRO_NOT_RUN] = "it did not run again",
	};

	str_addf(out, "%s: %s", repro_status_name(s->status), words[s->status]);
	if (*s->why)
		add_said(out, ": ", s->why);
	str_add(out, "\n");
	add_words(&s->first, "first run", out);
	if (s->second.facts)
		add_words(&s->second, "watched run", out);
	str_add(out, "\n");
}

static void add_tail(const char *name, const char *text, struct str *out)
{
	if (!*text)
		return;
	str_addf(out, "--- the end of %s ---\n", name);
	console_tail(out, text, strlen(text), REPRO_TAIL, "");
	str_add(out, "\n");
}

static void add_kernel_log(const struct facts *f, struct str *out)
{
	struct str log = { 0 };

	for (size_t i = 0; i < json_array_size(f->kmsg); i++) {
		const json_t *line = json_array_get(f->kmsg, i);
		int64_t at_us = facts_int(line, "at_ns") / 1000;

		str_addf(&log, "[%5" PRIi64 ".%06" PRIi64 "] %s\n",
			 at_us / 1000000, at_us % 1000000,
			 facts_text(line, "text"));
	}
	add_tail("the kernel's log", str_text(&log), out);
	str_done(&log);
}

void repro_report(const struct repro_story *s, struct str *out)
{
	const struct facts *f =
		s->second.facts ? s->second.facts : s->first.facts;

	add_status(s, out);
	if (s->plan && s->second.facts) {
		add_way(s, out);
		add_functions(s, out);
	}
	str_add(out, str_text(&s->way));
	add_tail("the scheduler's log", str_text(&f->log), out);
	add_tail("sched_ext's dump", str_text(&f->dump), out);
	add_kernel_log(f, out);
}
