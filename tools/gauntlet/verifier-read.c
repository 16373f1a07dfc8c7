/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verifier-read.c - numbers of programs, from results and from a baseline. */
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/gauntlet/request.h"
#include "tools/gauntlet/verifier.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/utf8.h"

#define BASE_BYTES_MAX (64 * 1024 * 1024)
#define LOG_BYTES_MAX  (64 * 1024 * 1024)
#define NAME_CHARS_MAX 200

const char *const size_names[SIZES] = {
	[SIZE_INSNS] = "insns",	  [SIZE_VERIFIED] = "verified",
	[SIZE_STATES] = "states", [SIZE_PEAK] = "peak",
	[SIZE_STACK] = "stack",	  [SIZE_TIME] = "time",
};
const char *const size_keys[SIZES] = {
	[SIZE_INSNS] = "insns",		[SIZE_VERIFIED] = "verified_insns",
	[SIZE_STATES] = "total_states", [SIZE_PEAK] = "peak_states",
	[SIZE_STACK] = "stack_bytes",	[SIZE_TIME] = "verification_us",
};
const char *const of_keys[OFS] = {
	[OF_KERNEL] = "kernel",	  [OF_SCHEDULER] = "scheduler",
	[OF_PRESET] = "preset",	  [OF_PROFILE] = "profile",
	[OF_PROGRAM] = "program",
};

static char *clean(const char *text)
{
	struct str line = { 0 };

	utf8_add_line(&line, text ? text : "", text ? strlen(text) : 0,
		      NAME_CHARS_MAX);
	return must(str_take(&line));
}

static char *clean_member(const json_t *o, const char *key)
{
	return clean(json_string_value(json_object_get(o, key)));
}

static int64_t number(const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);

	return json_is_integer(value) && json_integer_value(value) >= 0
		       ? json_integer_value(value)
		       : -1;
}

static void read_sizes(const json_t *o, struct verified *ret)
{
	for (size_t i = 0; i < SIZES; i++)
		ret->size[i] = number(o, size_keys[i]);
	ret->limit = number(o, "insn_limit");
	ret->accepted = json_is_true(json_object_get(o, "accepted"));
	ret->error = clean_member(o, "error");
	ret->type = clean_member(o, "type");
}

static struct verified *add(struct verified **list, size_t *count)
{
	struct verified *p;

	*list = must(reallocarray(*list, *count + 1, sizeof(**list)));
	p = &(*list)[(*count)++];
	*p = (struct verified){ 0 };
	return p;
}

void verifier_add_trouble(struct verifier *v, const char *name, const char *why)
{
	v->trouble = must(reallocarray(v->trouble, v->trouble_count + 1,
				       sizeof(*v->trouble)));
	v->trouble[v->trouble_count++] =
		(struct trouble){ clean(name), clean(why) };
}

static bool is_wanted(const char *name, char *const *glob)
{
	bool wanted = !glob;

	for (; glob && *glob && !wanted; glob++)
		wanted = fnmatch(*glob, name, 0) == 0;
	return wanted;
}

static void take_program(struct verifier *v, const struct result *r,
			 const json_t *o, char *const *glob)
{
	static const enum part from[OFS] = {
		[OF_KERNEL] = PART_KERNEL,
		[OF_SCHEDULER] = PART_SCHEDULER,
		[OF_PRESET] = PART_PRESET,
		[OF_PROFILE] = PART_PROFILE,
	};
	const char *name = json_string_value(json_object_get(o, "name"));
	struct verified *p;

	if (!is_wanted(name ? name : "", glob))
		return;
	p = add(&v->item, &v->count);
	for (size_t i = 0; i < OF_PROGRAM; i++)
		p->of[i] = must(strdup(r->part[from[i]]));
	p->of[OF_PROGRAM] = clean(name);
	read_sizes(o, p);
	p->folder = must(strdup(r->path));
	*strrchr(p->folder, '/') = '\0';
	p->log_at = number(o, "log_at");
	p->log_bytes = number(o, "log_bytes");
}

/* What is wrong with a variant, beside programs that were refused. */
static void take_verdict(struct verifier *v, const struct result *r,
			 bool refused)
{
	auto_str struct str why = { 0 };

	if (r->verdict == VERDICT_SKIP) {
		v->skipped++;
		return;
	}
	if (r->verdict == VERDICT_PASS || refused)
		return;
	str_addf(&why, "%s%s%s", verdict_names[r->verdict],
		 *r->class ? ", " : "", r->class);
	if (r->reason)
		str_addf(&why, ": %s", r->reason[0]);
	verifier_add_trouble(v, r->name, str_text(&why));
}

static void take_result(struct verifier *v, const struct result *r,
			char *const *glob)
{
	json_t *o = result_load(r), *list = json_object_get(o, "programs");
	bool refused = false;

	/* Of a test that does not ask for them. */
	if (json_is_null(list)) {
		json_decref(o);
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *program = json_array_get(list, i);

		refused |= json_is_false(json_object_get(program, "accepted"));
		take_program(v, r, program, glob);
	}
	take_verdict(v, r, refused);
	if (json_is_array(list) && !json_array_size(list) &&
	    r->verdict == VERDICT_PASS)
		verifier_add_trouble(v, r->name,
				     "the scheduler was loaded without a "
				     "program that has type information");
	json_decref(o);
}

static int compare(const struct verified *a, const struct verified *b)
{
	static const enum of order[OFS] = { OF_SCHEDULER, OF_PRESET, OF_PROFILE,
					    OF_PROGRAM, OF_KERNEL };
	int r = 0;

	for (size_t i = 0; i < OFS && r == 0; i++)
		r = strcmp(a->of[order[i]], b->of[order[i]]);
	return r;
}

static int by_place(const void *a, const void *b)
{
	return compare(a, b);
}

static void free_one(struct verified *p)
{
	for (size_t i = 0; i < OFS; i++)
		free(p->of[i]);
	free(p->error);
	free(p->type);
	free(p->folder);
}

/* Other seeds and clocks load the same programs. */
static void sort(struct verified *list, size_t *count)
{
	size_t kept = 0;

	if (*count)
		qsort(list, *count, sizeof(*list), by_place);
	for (size_t i = 0; i < *count; i++) {
		if (kept && compare(&list[kept - 1], &list[i]) == 0)
			free_one(&list[i]);
		else
			list[kept++] = list[i];
	}
	*count = kept;
}

void verifier_read(const char *folder, const char *variants, char *const *glob,
		   struct verifier *ret)
{
	struct results results;

	results_read(folder, variants, false, &results);
	for (size_t i = 0; i < results.count; i++)
		take_result(ret, &results.item[i], glob);
	results_done(&results);
	sort(ret->item, &ret->count);
}

/* A baseline that is damaged would have nothing grow. What it does not know is
 * null, or is not there. */
static void check_base(const struct verifier *v, const json_t *one, size_t at)
{
	const char *key = NULL, *what = NULL;

	for (size_t i = 0; i < OFS && !key; i++) {
		if (!json_is_string(json_object_get(one, of_keys[i]))) {
			key = of_keys[i];
			what = "it has no ";
		}
	}
	for (size_t i = 0; i < SIZES && !key; i++) {
		const json_t *size = json_object_get(one, size_keys[i]);

		if (size && !json_is_null(size) &&
		    number(one, size_keys[i]) < 0) {
			key = size_keys[i];
			what = "its ";
		}
	}
	if (key)
		die(EX_USAGE, "baseline '%s', program %zu: %s%s%s", v->baseline,
		    at + 1, what, key,
		    strcmp(what, "its ") == 0 ? " is no number" : "");
}

void verifier_read_base(struct verifier *v)
{
	auto_free char *text = NULL;
	int len = file_read_at(AT_FDCWD, v->baseline, BASE_BYTES_MAX, &text);
	json_error_t error;
	json_t *o, *list;

	if (len < 0)
		die(EX_USAGE, "cannot read the baseline '%s': %s", v->baseline,
		    strerror(-len));
	o = json_loadb(text, (size_t)len, JSON_REJECT_DUPLICATES, &error);
	if (!o)
		die(EX_USAGE, "%s:%d:%d: %s", v->baseline, error.line,
		    error.column, error.text);
	list = json_object_get(o, "programs");
	if (json_integer_value(json_object_get(o, "schema_version")) != 1 ||
	    !json_is_array(list))
		die(EX_USAGE,
		    "'%s' is no baseline of schema version 1; --save writes "
		    "one",
		    v->baseline);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		struct verified *p;

		check_base(v, one, i);
		p = add(&v->base_item, &v->base_count);
		for (size_t k = 0; k < OFS; k++)
			p->of[k] = clean_member(one, of_keys[k]);
		read_sizes(one, p);
	}
	json_decref(o);
	sort(v->base_item, &v->base_count);
}

char *verifier_log(const struct verified *p)
{
	auto_str struct str path = { 0 };
	auto_free char *text = NULL;
	int len;

	str_addf(&path, "%s/verifier.log", p->folder);
	len = file_read_at(AT_FDCWD, str_text(&path), LOG_BYTES_MAX, &text);
	if (len < 0 || p->log_at < 0 || p->log_bytes < 0 || p->log_at > len ||
	    p->log_bytes > len - p->log_at)
		return must(strdup(""));
	return must(strndup(text + p->log_at, (size_t)p->log_bytes));
}

void verifier_done(struct verifier *v)
{
	for (size_t i = 0; i < v->count; i++)
		free_one(&v->item[i]);
	for (size_t i = 0; i < v->base_count; i++)
		free_one(&v->base_item[i]);
	for (size_t i = 0; i < v->trouble_count; i++) {
		free(v->trouble[i].name);
		free(v->trouble[i].why);
	}
	free(v->item);
	free(v->base_item);
	free(v->trouble);
}
