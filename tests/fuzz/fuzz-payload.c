/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What payloads print: the first line is the value of "metric =", what follows
 * is standard output, and behind a NUL standard error. A metric that the parser
 * of tests takes must have a finite number, and hold its bounds, or there is a
 * clean reason why not; a value that is found in a text is found again between
 * other words, each of its numbers by its path.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/must.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/spec/test.h"
#include "tools/vm/judge-payloads.h"
#include "tools/vm/payload.h"

#define NUMBERS_MAX 64
#define DEPTH_MAX   64

/* The whole value, where we are in it, and how many numbers were looked at. */
struct walk {
	const json_t *all;
	struct str path;
	unsigned int numbers, depth;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_number(struct walk *w, const json_t *value)
{
	struct why why;
	double got = 0;

	if (w->path.len == 0 || w->numbers++ > NUMBERS_MAX)
		return;
	must(payload_at(w->all, str_text(&w->path), &got, &why) == 0);
	must(got == json_number_value(value) && isfinite(got));
}

static void check_value(struct walk *w, const json_t *value);

static void check_member(struct walk *w, const char *key, const json_t *value)
{
	size_t len = w->path.len;

	str_addf(&w->path, "%s%s", len ? "." : "", key);
	check_value(w, value);
	w->path.len = len;
	w->path.text[len] = '\0';
}

/* A key with dots hides others, see payload_at(); an empty one has no path. */
static void check_value(struct walk *w, const json_t *value)
{
	char number[24];
	const char *key;
	json_t *member;

	if (json_is_number(value))
		check_number(w, value);
	if (w->depth++ < DEPTH_MAX && json_is_object(value)) {
		json_object_foreach((json_t *)value, key, member)
		{
			if (*key && !strchr(key, '.'))
				check_member(w, key, member);
		}
	}
	for (size_t i = 0; w->depth < DEPTH_MAX && i < json_array_size(value) &&
			   i <= NUMBERS_MAX;
	     i++) {
		snprintf(number, sizeof(number), "%zu", i);
		check_member(w, number, json_array_get(value, i));
	}
	w->depth--;
}

static bool has_dotted_key(const json_t *value, unsigned int depth)
{
	const char *key;
	json_t *member;

	json_object_foreach((json_t *)value, key, member)
	{
		if (strchr(key, '.') || depth == 0 ||
		    has_dotted_key(member, depth - 1))
			return true;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (depth == 0 ||
		    has_dotted_key(json_array_get(value, i), depth - 1))
			return true;
	}
	return false;
}

/* What is found in @text is found again in the middle of a log. */
static void check_json(const struct str *text)
{
	json_t *value = payload_json(text), *again;
	auto_str struct str log = { 0 };
	struct walk w = { .all = value };
	char *dump;

	if (!value)
		return;
	must(json_is_object(value) || json_is_array(value));
	dump = json_dumps(value, JSON_COMPACT);
	must(dump);
	str_addf(&log, "fio-3.33 {\n%s] done\n", dump);
	again = payload_json(&log);
	must(again && json_equal(value, again));
	json_decref(again);
	if (!has_dotted_key(value, DEPTH_MAX))
		check_value(&w, value);
	str_done(&w.path);
	free(dump);
	json_decref(value);
}

static void check_reasons(const struct judgement *j)
{
	must((json_array_size(j->reasons) == 0) ==
	     (j->verdict == VERDICT_PASS));
	for (size_t i = 0; i < json_array_size(j->reasons); i++) {
		const char *text =
			json_string_value(json_array_get(j->reasons, i));

		must(text && *text);
		for (; *text; text++)
			must((unsigned char)*text >= ' ' && *text != 127);
	}
}

/* What the result file gets of metric @m. */
static void check_metric(const struct payload_metric *m, const json_t *o,
			 enum verdict v)
{
	const json_t *value = json_object_get(o, "value");
	double n = json_number_value(value);
	bool found = json_is_real(value);

	must(strcmp(json_string_value(json_object_get(o, "name")), m->name) ==
	     0);
	must(found ? isfinite(n) : json_is_null(value));
	must(json_is_true(json_object_get(o, "ok")) == (v == VERDICT_PASS));
	must((v == VERDICT_PASS) == (found && (!m->has_min || n >= m->min) &&
				     (!m->has_max || n <= m->max)));
}

static void check_judgement(const struct test *t, const struct judgement *j)
{
	const json_t *p = json_array_get(j->payloads, 0);
	const json_t *metrics = json_object_get(p, "metrics");
	char *text = json_dumps(j->payloads, 0);
	json_t *again = text ? json_loads(text, 0, NULL) : NULL;

	must(again && json_equal(again, j->payloads));
	must(json_array_size(metrics) == t->payload[0].metric_count);
	check_metric(&t->payload[0].metric[0], json_array_get(metrics, 0),
		     j->verdict);
	check_reasons(j);
	json_decref(again);
	free(text);
}

static void judge_test(const struct test *t, const char *out, const char *err)
{
	struct evidence e = { .payload = t->payload,
			      .payload_count = t->payload_count };
	struct judgement j = { .verdict = VERDICT_PASS,
			       .reasons = json_array(),
			       .payloads = json_array() };
	struct facts f;

	must(facts_begin(&f) == 0);
	must(json_array_append_new(f.payload,
				   json_pack("{ss ss si si}", "name", "p",
					     "end", "ended", "signal", 0,
					     "status", 0)) == 0);
	f.output[0].name = strdup("payload/p/1");
	f.output[1].name = strdup("payload/p/2");
	f.output_count = 2;
	str_add(&f.output[0].text, out);
	str_add(&f.output[1].text, err);
	e.facts = &f;
	judge_payloads(&e, &j);
	check_judgement(t, &j);
	check_json(&f.output[0].text);
	judgement_done(&j);
	facts_done(&f);
}

/* @metric ends at a newline. */
static void run(const char *kind, const char *metric, const char *out,
		const char *err)
{
	auto_str struct str text = { 0 };
	struct diag d = { 0 };
	struct test t;

	str_addf(&text,
		 "[payload p]\ncommand = true\noutput = %s\nmetric = ", kind);
	str_add_bytes(&text, metric, strcspn(metric, "\n"));
	str_add(&text, "\n");
	must(test_parse("p.test", str_text(&text), &d, &t) == 0);
	if (d.count == 0)
		judge_test(&t, out, err);
	test_done(&t);
	diag_done(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *all = malloc(size + 1);
	const char *out, *err;

	must(all);
	memcpy(all, data, size);
	all[size] = '\0';
	out = strchr(all, '\n');
	if (!out)
		return 0;
	out++;
	err = out + strlen(out);
	err += err < all + size;
	run("json", all, out, err);
	run("regex", all, out, err);
	return 0;
}
