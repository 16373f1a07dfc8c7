/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verifier-print.c - programs as a table, as JSON, and their logs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"
#include "tools/gauntlet/verifier.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/utf8.h"
#include "tools/lib/verifier-log.h"

#define LAST_LINES 4 /* of the log of a program that was refused */

static const char *const headings[OFS] = {
	[OF_KERNEL] = "KERNEL",	  [OF_SCHEDULER] = "SCHEDULER",
	[OF_PRESET] = "PRESET",	  [OF_PROFILE] = "PROFILE",
	[OF_PROGRAM] = "PROGRAM",
};

/**
 * struct columns - which of enum of are shown, and how wide
 * @shown: not the same in all rows; the program always
 */
struct columns {
	bool shown[OFS];
	int width[OFS];
};

static void measure(const struct verifier *v, struct columns *ret)
{
	*ret = (struct columns){ .shown[OF_PROGRAM] = true };
	for (size_t of = 0; of < OFS; of++) {
		ret->width[of] = (int)strlen(headings[of]);
		for (size_t i = 0; i < v->count; i++) {
			const char *text = v->item[i].of[of];

			if ((int)strlen(text) > ret->width[of])
				ret->width[of] = (int)strlen(text);
			if (strcmp(text, v->item[0].of[of]) != 0)
				ret->shown[of] = true;
		}
	}
}

/* What is the same in all rows. */
static void print_heading(const struct verifier *v, const struct columns *c)
{
	const char *comma = "";

	for (size_t of = 0; of < OF_PROGRAM; of++) {
		if (c->shown[of])
			continue;
		printf("%s%s %s", comma, of_keys[of], v->item[0].of[of]);
		comma = ", ";
	}
	if (*comma)
		putchar('\n');
	for (size_t of = 0; of < OFS; of++) {
		if (c->shown[of])
			printf("%-*s  ", c->width[of], headings[of]);
	}
	printf("%7s  %8s  %8s  %7s  %7s  %6s  %9s", "INSNS", "VERIFIED",
	       "OF LIMIT", "STATES", "PEAK", "STACK", "TIME us");
	if (v->baseline)
		printf("  %8s  %s", "WAS", "GROWTH");
	putchar('\n');
}

static void print_number(int width, int64_t value)
{
	if (value < 0)
		printf("%*s", width, "-");
	else
		printf("%*" PRId64, width, value);
}

static void print_growth(const struct verified *p)
{
	const struct verified *b = p->base;
	int64_t now = p->size[SIZE_VERIFIED];
	int64_t was = b ? b->size[SIZE_VERIFIED] : -1;
	const char *lead = ":";

	fputs("  ", stdout);
	print_number(8, was);
	if (!b)
		fputs("  new", stdout);
	else if (was > 0 && now >= 0)
		printf("  %+.1f%%", 100.0 * (double)(now - was) / (double)was);
	else
		fputs("  -", stdout);
	for (size_t i = 0; i < SIZES; i++) {
		if (!p->grown[i])
			continue;
		printf("%s %s", lead, size_names[i]);
		lead = ",";
	}
	if (*lead == ',')
		fputs(" above its bound", stdout);
}

static void print_row(const struct verifier *v, const struct columns *c,
		      const struct verified *p)
{
	int64_t verified = p->size[SIZE_VERIFIED];

	for (size_t of = 0; of < OFS; of++) {
		if (c->shown[of])
			printf("%-*s  ", c->width[of], p->of[of]);
	}
	print_number(7, p->size[SIZE_INSNS]);
	fputs("  ", stdout);
	print_number(8, verified);
	if (p->limit > 0 && verified >= 0)
		printf("  %7.2f%%",
		       100.0 * (double)verified / (double)p->limit);
	else
		printf("  %8s", "-");
	fputs("  ", stdout);
	print_number(7, p->size[SIZE_STATES]);
	fputs("  ", stdout);
	print_number(7, p->size[SIZE_PEAK]);
	fputs("  ", stdout);
	print_number(6, p->size[SIZE_STACK]);
	fputs("  ", stdout);
	print_number(9, p->size[SIZE_TIME]);
	if (v->baseline)
		print_growth(p);
	if (!p->accepted)
		printf("  refused: %s", p->error);
	putchar('\n');
}

/* Of a line that is no number of the verifier's. */
static bool tells(const char *line, size_t len)
{
	static const char *const numbers[] = { "processed ",
					       "verification time ",
					       "stack depth " };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strncmp(line, numbers[i], strlen(numbers[i])) == 0)
			return false;
	}
	return len > 0;
}

/* What a guest wrote, for a terminal. */
static void print_text(const char *text, size_t len)
{
	auto_str struct str clean = { 0 };
	struct utf8_stream stream = { 0 };

	utf8_add_stream(&stream, &clean, text, len);
	utf8_end_stream(&stream, &clean);
	if (clean.failed)
		die(EX_BROKEN, "out of memory");
	fputs(str_text(&clean), stdout);
}

/* The last lines of the log say why. */
static void print_refusal(const struct verified *p)
{
	const char *last[LAST_LINES] = { NULL };
	auto_free char *log = verifier_log(p);
	size_t n = 0;

	printf("%s/%s/%s: %s was refused: %s\n", p->of[OF_KERNEL],
	       p->of[OF_SCHEDULER], p->of[OF_PROFILE], p->of[OF_PROGRAM],
	       p->error);
	for (const char *line = log; *line;) {
		size_t len = strcspn(line, "\n");

		if (tells(line, len))
			last[n++ % LAST_LINES] = line;
		line += len + (line[len] == '\n');
	}
	for (size_t i = n > LAST_LINES ? n - LAST_LINES : 0; i < n; i++) {
		const char *line = last[i % LAST_LINES];

		fputs("  ", stdout);
		print_text(line, strcspn(line, "\n"));
		putchar('\n');
	}
}

void verifier_print(const struct verifier *v)
{
	const struct verified *gone;
	struct columns c;
	size_t at = 0;

	if (v->count) {
		measure(v, &c);
		print_heading(v, &c);
	}
	for (size_t i = 0; i < v->count; i++)
		print_row(v, &c, &v->item[i]);
	for (size_t i = 0; i < v->count; i++) {
		if (!v->item[i].accepted)
			print_refusal(&v->item[i]);
	}
	while ((gone = verifier_gone(v, &at)))
		printf("%s/%s/%s: %s is gone\n", gone->of[OF_KERNEL],
		       gone->of[OF_SCHEDULER], gone->of[OF_PROFILE],
		       gone->of[OF_PROGRAM]);
	for (size_t i = 0; i < v->trouble_count; i++)
		printf("%s: %s\n", v->trouble[i].name, v->trouble[i].why);
	printf("%zu programs, %zu refused", v->count, verifier_refused(v));
	if (v->baseline)
		printf(", %zu above a bound", verifier_grown(v));
	if (v->trouble_count)
		printf(", %zu variants or kernels in trouble",
		       v->trouble_count);
	if (v->skipped)
		printf(", %zu variants skipped", v->skipped);
	putchar('\n');
}

void verifier_print_logs(const struct verifier *v, bool whole)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct verified *p = &v->item[i];
		auto_free char *log = verifier_log(p);
		auto_str struct str text = { 0 };

		printf("\n%s/%s/%s: %s\n", p->of[OF_KERNEL],
		       p->of[OF_SCHEDULER], p->of[OF_PROFILE],
		       p->of[OF_PROGRAM]);
		if (whole)
			str_add(&text, log);
		else
			verifier_collapse(log, strlen(log), &text);
		if (text.failed)
			die(EX_BROKEN, "out of memory");
		print_text(str_text(&text), text.len);
	}
}

static void set_size(json_t *o, size_t i, const struct verified *p)
{
	json_object_set_new(o, size_keys[i],
			    p->size[i] < 0 ? json_null()
					   : json_integer(p->size[i]));
}

static json_t *growth_json(const struct verified *p)
{
	json_t *list = must(json_array());

	for (size_t i = 0; i < SIZES; i++) {
		if (p->grown[i])
			json_array_append_new(list, json_string(size_names[i]));
	}
	return list;
}

static json_t *program_json(const struct verified *p, bool for_base)
{
	json_t *o = must(json_object()), *was;

	for (size_t of = 0; of < OFS; of++)
		json_object_set_new(o, of_keys[of], json_string(p->of[of]));
	json_object_set_new(o, "type", json_string(p->type));
	json_object_set_new(o, "accepted", json_boolean(p->accepted));
	for (size_t i = 0; i < SIZES; i++)
		set_size(o, i, p);
	if (for_base)
		return o;
	json_object_set_new(o, "insn_limit",
			    p->limit < 0 ? json_null()
					 : json_integer(p->limit));
	json_object_set_new(o, "error",
			    p->accepted ? json_null() : json_string(p->error));
	was = p->base ? must(json_object()) : json_null();
	for (size_t i = 0; p->base && i < SIZES; i++)
		set_size(was, i, p->base);
	json_object_set_new(o, "baseline", was);
	json_object_set_new(o, "above_bound", growth_json(p));
	return o;
}

json_t *verifier_json(const struct verifier *v, bool for_base)
{
	json_t *o = must(json_object()), *list = must(json_array());

	json_object_set_new(o, "schema_version", json_integer(1));
	for (size_t i = 0; i < v->count; i++)
		json_array_append_new(list,
				      program_json(&v->item[i], for_base));
	json_object_set_new(o, "programs", list);
	if (for_base)
		return o;
	list = must(json_array());
	for (size_t i = 0; i < v->trouble_count; i++)
		json_array_append_new(
			list,
			must(json_pack("{ss ss}", "name", v->trouble[i].name,
				       "why", v->trouble[i].why)));
	json_object_set_new(o, "trouble", list);
	return o;
}
