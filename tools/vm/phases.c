/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/phases.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* What a job's frames are counted as: the phases, and load in place of boot. */
static const char *const spans[PHASES] = { "load", "attach", "run",
					   "shutdown" };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void phases_begin(struct phases *p)
{
	*p = (struct phases){ .begin_s = now() };
}

void phases_note(struct phases *p, const struct facts *f)
{
	size_t count = json_array_size(f->phase);

	if (count == p->seen)
		return;
	for (double at = now() - p->begin_s;
	     p->seen < count && p->seen < PHASE_FRAMES_MAX; p->seen++)
		p->seen_s[p->seen] = at;
}

/* Which span frame @i of them begins, or -1. */
static int span_of(const struct facts *f, size_t i)
{
	const char *name = facts_text(json_array_get(f->phase, i), "name");

	for (int k = 0; k < PHASES; k++) {
		if (strcmp(name, phase_name((enum phase)k)) == 0)
			return k;
	}
	return -1;
}

static void set_span(json_t *o, int span, const char *unit, json_t *value)
{
	char key[40];

	snprintf(key, sizeof(key), "%s_%s", spans[span], unit);
	json_object_set_new(o, key, value);
}

static json_t *number(bool is_there, int64_t ns)
{
	return is_there ? json_integer((json_int_t)ns) : json_null();
}

json_t *phases_guest(const struct facts *f)
{
	const json_t *boot = json_array_get(f->phase, 0);
	bool booted = span_of(f, 0) == PHASE_BOOT;
	bool has_firmware = json_object_get(boot, "firmware_ns");
	int64_t ns[PHASES] = { 0 }, kernel = facts_int(boot, "kernel_ns");
	bool is_there[PHASES] = { false };
	size_t count = json_array_size(f->phase);
	json_t *o = json_object();

	json_object_set_new(
		o, "firmware_ns",
		number(booted && has_firmware, facts_int(boot, "firmware_ns")));
	json_object_set_new(o, "kernel_ns", number(booted, kernel));
	json_object_set_new(o, "init_ns",
			    number(booted, facts_int(boot, "at_ns") - kernel));
	for (size_t i = 0; i < count; i++) {
		const json_t *next = i + 1 < count
					     ? json_array_get(f->phase, i + 1)
					     : f->end;
		int span = span_of(f, i);

		if (span < 0 || !next)
			continue;
		ns[span] += facts_int(next, "at_ns") -
			    facts_int(json_array_get(f->phase, i), "at_ns");
		is_there[span] = true;
	}
	for (int k = 0; k < PHASES; k++)
		set_span(o, k, "ns", number(is_there[k], ns[k]));
	return o;
}

json_t *phases_host(const struct phases *p, const struct facts *f,
		    const struct machine_times *t, double seconds)
{
	bool is_ready = t->ready > 0, is_there[PHASES] = { false };
	double s[PHASES] = { 0 };
	json_t *o = json_object();

	json_object_set_new(o, "start",
			    json_string(t->cloned ? "clone" : "boot"));
	json_object_set_new(o, "qemu_s", json_real(t->monitor));
	json_object_set_new(o, "ready_s",
			    is_ready ? json_real(t->ready) : json_null());
	for (size_t i = 0; i < p->seen; i++) {
		double end = i + 1 < p->seen ? p->seen_s[i + 1] : seconds;
		int span = span_of(f, i);

		if (span < 0)
			continue;
		/* The last ones may have been seen after the end. */
		if (end > p->seen_s[i])
			s[span] += end - p->seen_s[i];
		is_there[span] = true;
	}
	for (int k = 0; k < PHASES; k++)
		set_span(o, k, "s",
			 is_there[k] ? json_real(s[k]) : json_null());
	json_object_set_new(o, "job_s",
			    is_ready ? json_real(seconds - t->ready)
				     : json_null());
	return o;
}

static void show_row(const char *name, const json_t *guest, const json_t *host)
{
	char left[32] = "-", right[32] = "-";

	if (json_is_integer(guest))
		snprintf(left, sizeof(left), "%.3f s",
			 (double)json_integer_value(guest) / 1e9);
	if (json_is_real(host))
		snprintf(right, sizeof(right), "%.3f s", json_real_value(host));
	detail("%-10s %12s %12s", name, left, right);
}

/* Between two times of @o that may be null. */
static json_t *difference(const json_t *o, const char *from, const char *to)
{
	const json_t *a = json_object_get(o, from), *b = json_object_get(o, to);

	return json_is_real(a) && json_is_real(b)
		       ? json_real(json_real_value(b) - json_real_value(a))
		       : json_null();
}

static void show(const json_t *guest, const json_t *host)
{
	static const char *const of_boot[] = { "firmware", "kernel", "init" };
	const char *start = json_string_value(json_object_get(host, "start"));
	json_t *boot = difference(host, "qemu_s", "ready_s");
	char key[40];

	detail("%-10s %12s %12s", "phase", "guest's time", "host's");
	show_row("qemu", NULL, json_object_get(host, "qemu_s"));
	for (size_t i = 0; i < 3; i++) {
		snprintf(key, sizeof(key), "%s_ns", of_boot[i]);
		show_row(of_boot[i], json_object_get(guest, key), NULL);
	}
	show_row(start ? start : "", NULL, boot);
	json_decref(boot);
	for (int k = 0; k < PHASES; k++) {
		char host_key[40];

		snprintf(key, sizeof(key), "%s_ns", spans[k]);
		snprintf(host_key, sizeof(host_key), "%s_s", spans[k]);
		show_row(spans[k], json_object_get(guest, key),
			 json_object_get(host, host_key));
	}
}

void phases_tell(const struct phases *p, const struct facts *f,
		 const struct machine_result *m)
{
	if (msg_verbosity <= 0)
		return;
	json_t *guest = phases_guest(f);
	json_t *host = phases_host(p, f, &m->times, m->seconds);

	show(guest, host);
	json_decref(guest);
	json_decref(host);
}
