/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-payloads.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "tools/vm/judge-checks.h"
#include "tools/vm/payload.h"
#include "vmm/console.h"

/**
 * struct course - one payload that is judged
 * @frame: what the guest tells of its end
 * @json:  its output, once it was read
 * @crossed: bounds that do not hold
 */
struct course {
	const struct evidence *e;
	const struct payload *p;
	const json_t *frame;
	json_t *json;
	struct judgement *j;
	unsigned int crossed;
};

static const json_t *frame_of(const struct facts *f, const char *name)
{
	for (size_t i = 0; i < json_array_size(f->payload); i++) {
		const json_t *frame = json_array_get(f->payload, i);

		if (strcmp(facts_text(frame, "name"), name) == 0)
			return frame;
	}
	return NULL;
}

/* A failure of the scheduler's checks, if there is one, stays what it was. */
static void fail(struct course *c, const char *class)
{
	if (c->j->verdict == VERDICT_PASS ||
	    c->j->verdict == VERDICT_INCONCLUSIVE)
		judge_decide(c->j, VERDICT_FAIL, class);
}

static void tell_last_line(struct course *c)
{
	auto_str struct str tail = { 0 };
	const struct str *out = facts_output(c->e->facts, c->p->name, 2);

	if (!out->len)
		out = facts_output(c->e->facts, c->p->name, 1);
	console_tail(&tail, str_text(out), out->len, 1, "");
	if (tail.len > 1)
		judge_reason(c->j, "its last line: %s", tail.text);
}

/* Did it end as it should? What was killed by an op did. */
static bool judge_end(struct course *c)
{
	const char *end = facts_text(c->frame, "end");
	int64_t died = facts_int(c->frame, "signal");
	int64_t status = facts_int(c->frame, "status");

	if (strcmp(end, "killed") == 0)
		return true;
	if (strcmp(end, "timeout") == 0) {
		fail(c, "payload-timeout");
		judge_reason(c->j, "payload '%s' did not end within %.3f s",
			     c->p->name, (double)c->p->timeout_ns / 1e9);
	} else if (died) {
		fail(c, "payload-failed");
		judge_reason(c->j, "payload '%s' died of signal %" PRIi64,
			     c->p->name, died);
	} else if (status != c->p->status) {
		fail(c, "payload-failed");
		judge_reason(c->j,
			     "payload '%s' ended with status %" PRIi64
			     ", not %u",
			     c->p->name, status, c->p->status);
	} else {
		return true;
	}
	tell_last_line(c);
	return false;
}

/* Of the standard output, or of standard error where that has none. */
static int find(struct course *c, const struct payload_metric *m, double *ret,
		struct why *why)
{
	const struct facts *f = c->e->facts;
	const char *name = c->p->name;
	int r;

	if (c->p->output == PAYLOAD_REGEX) {
		r = payload_match(m, facts_output(f, name, 1), ret, why);
		return r == -ENOENT ? payload_match(m, facts_output(f, name, 2),
						    ret, why)
				    : r;
	}
	if (!c->json)
		c->json = payload_json(facts_output(f, name, 1));
	if (!c->json)
		c->json = payload_json(facts_output(f, name, 2));
	if (!c->json)
		return why_set(why, -EINVAL, "the output has no JSON in it");
	return payload_at(c->json, m->name, ret, why);
}

static void set_bound(json_t *o, const char *key, bool has, double value)
{
	json_object_set_new(o, key, has ? json_real(value) : json_null());
}

static json_t *describe(const struct payload_metric *m, bool found,
			double value, bool ok)
{
	json_t *o = json_object();

	json_object_set_new(o, "name", json_string(m->name));
	set_bound(o, "value", found, value);
	json_object_set_new(o, "unit",
			    m->unit ? json_string(m->unit) : json_null());
	json_object_set_new(
		o, "better",
		m->better ? json_string(payload_better_names[m->better])
			  : json_null());
	set_bound(o, "min", m->has_min, m->min);
	set_bound(o, "max", m->has_max, m->max);
	json_object_set_new(o, "ok", json_boolean(ok));
	return o;
}

static void tell_bound(struct course *c, const struct payload_metric *m,
		       double value)
{
	bool low = m->has_min && value < m->min;

	c->crossed++;
	judge_reason(c->j, "payload '%s': %s is %.10g%s%s, %s %s %.10g",
		     c->p->name, m->name, value, m->unit ? " " : "",
		     m->unit ? m->unit : "", low ? "below" : "above",
		     low ? "min" : "max", low ? m->min : m->max);
}

static void tell_missing(struct course *c, const struct why *why)
{
	const char *more = "";

	if (facts_int(c->frame, "dropped_stdout") ||
	    facts_int(c->frame, "dropped_stderr"))
		more = " (it wrote more than 256 KiB, and the rest was "
		       "dropped)";
	fail(c, "payload-failed");
	judge_reason(c->j, "payload '%s': %s%s", c->p->name, why->text, more);
}

static json_t *judge_metrics(struct course *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->p->metric_count; i++) {
		const struct payload_metric *m = &c->p->metric[i];
		struct why why = { .text = "" };
		double value = 0;
		bool found = find(c, m, &value, &why) == 0;
		bool ok = found && !(m->has_min && value < m->min) &&
			  !(m->has_max && value > m->max);

		if (!found)
			tell_missing(c, &why);
		else if (!ok)
			tell_bound(c, m, value);
		json_array_append_new(list, describe(m, found, value, ok));
	}
	json_decref(c->json);
	c->json = NULL;
	return list;
}

/* A number that is too low while the host had no time for the guest says
 * nothing. */
static void decide_bounds(struct course *c)
{
	if (!c->crossed)
		return;
	if (!judge_host_was_busy(c->e)) {
		fail(c, "check-failed");
		return;
	}
	if (c->j->verdict == VERDICT_PASS)
		judge_decide(c->j, VERDICT_INCONCLUSIVE, "host-noise");
	judge_reason(c->j, "the host withheld its CPUs meanwhile, so this says "
			   "nothing about the scheduler");
}

static void judge_one(struct course *c)
{
	static const char *const copied[] = { "end",	"status", "signal",
					      "ran_ns", "cpu_ns", NULL };
	json_t *o = json_object();

	json_object_set_new(o, "name", json_string(c->p->name));
	for (const char *const *k = copied; *k; k++)
		json_object_set(o, *k, json_object_get(c->frame, *k));
	/* Where it did not end well, its numbers are no failures of their own.
	 */
	if (judge_end(c)) {
		json_object_set_new(o, "metrics", judge_metrics(c));
		decide_bounds(c);
	}
	json_array_append_new(c->j->payloads, o);
}

void judge_payloads(const struct evidence *e, struct judgement *j)
{
	for (size_t i = 0; i < e->payload_count; i++) {
		struct course c = { .e = e, .p = &e->payload[i], .j = j };

		c.frame = frame_of(e->facts, c.p->name);
		if (c.frame) {
			judge_one(&c);
			continue;
		}
		judge_decide(j, VERDICT_ERROR, "harness");
		judge_reason(j, "nothing was told of the end of payload '%s'",
			     c.p->name);
	}
}
