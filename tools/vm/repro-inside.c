/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/repro-inside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/utf8.h"

/* Characters of what the guest says of a function. */
#define WORDS_MAX 400

/* What the scheduler's programs made of a task, and what they returned, is to
 * be seen. The kernel's functions return too often for that. */
static void watch_returns(struct repro_plan *p)
{
	for (unsigned int i = 0; i < p->count; i++)
		p->function[i].returns = p->function[i].context;
}

int repro_inside_ask(struct repro_plan *p, struct job *job, struct str *text)
{
	watch_returns(p);
	repro_plan_write(p, text);
	job->repro = str_text(text);
	return text->failed ? -ENOMEM : 0;
}

/* The name is one of ours, then; the words are the guest's. */
static void add_left(struct repro_plan *p, const json_t *frame,
		     const char *what)
{
	const char *name = facts_text(frame, "function");
	const char *why = facts_text(frame, "why");

	if (repro_plan_find(p, name) < 0)
		return;
	str_addf(&p->left_out, "%s%s: ", name, what);
	utf8_add_line(&p->left_out, why, strlen(why), WORDS_MAX);
	str_add(&p->left_out, "\n");
}

static void take_left(const struct facts *f, struct repro_plan *p)
{
	for (size_t i = 0; i < json_array_size(f->repro_left); i++)
		add_left(p, json_array_get(f->repro_left, i), "");
	for (size_t i = 0; i < json_array_size(f->watched); i++) {
		const json_t *frame = json_array_get(f->watched, i);

		if (*facts_text(frame, "why"))
			add_left(p, frame, ", partly");
	}
}

static void tell_how(const struct facts *f, struct repro_story *s)
{
	if (!f->repro_end) {
		snprintf(s->how, sizeof(s->how),
			 "watched by BPF programs in the guest, which ended "
			 "before it sent what they saw");
		return;
	}
	snprintf(s->how, sizeof(s->how),
		 "watched by BPF programs in the guest, which take of its "
		 "time; %" PRIi64 " calls were missed%s",
		 facts_int(f->repro_end, "missed"),
		 json_is_true(json_object_get(f->repro_end, "triggered"))
			 ? ""
			 : "; they did not see a failure");
}

int repro_inside_take(const struct facts *f, struct repro_plan *p,
		      struct repro_story *s, struct why *reterr_why)
{
	/* str_add_bytes() has it from malloc(), so it is aligned. */
	const struct repro_record *r = (const void *)f->repro.text;
	size_t count = f->repro.len / sizeof(*r);

	take_left(f, p);
	for (size_t i = 0; i < count; i++) {
		if (r[i].function >= p->count)
			return why_set(reterr_why, -EBADMSG,
				       "the guest sent a call of function %u, "
				       "of %u",
				       r[i].function, p->count);
	}
	s->record = r;
	s->count = count;
	s->lost = (uint64_t)facts_int(f->repro_end, "lost");
	tell_how(f, s);
	return 0;
}
