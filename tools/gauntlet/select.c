/* SPDX-License-Identifier: GPL-2.0-or-later */
/* select.c - "ktstr-gauntlet select": some of the variants. */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/cover.h"
#include "tools/gauntlet/expect.h"
#include "tools/gauntlet/request.h"
#include "tools/gauntlet/select.h"
#include "tools/lib/words.h"

/* Features that the note names; -v names all. */
#define LEFT_OUT_TOLD 3

static size_t count_in(const struct choices *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++)
		n += c->item[i].in;
	return n;
}

/* What is told at the end, in one line. */
static void add_told(struct str *told, const char *fmt, ...) KTSTR_PRINTF(2, 3);
static void add_told(struct str *told, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		die(EX_BROKEN, "out of memory");
	va_end(ap);
	str_addf(told, "; %s", text);
	free(text);
}

/* Each pattern must be good for something. */
static void keep_matching(struct choices *c, char *const *globs,
			  struct str *told)
{
	char name[VARIANT_NAME_MAX + 1];
	bool *used = must(calloc(words_count(globs) + 1, sizeof(*used)));

	for (size_t i = 0; i < c->count; i++) {
		struct choice *v = &c->item[i];

		memcpy(name, v->line, v->name_len);
		name[v->name_len] = '\0';
		v->in = false;
		for (size_t j = 0; globs[j]; j++) {
			if (fnmatch(globs[j], name, 0) == 0)
				v->in = used[j] = true;
		}
	}
	for (size_t j = 0; globs[j]; j++) {
		if (!used[j])
			die(EX_USAGE, "--match: no variant's name matches '%s'",
			    globs[j]);
	}
	free(used);
	add_told(told, "%zu match", count_in(c));
}

static void keep_failed(struct choices *c, struct str *told)
{
	size_t without = 0, passed = 0, skipped = 0, in;

	for (size_t i = 0; i < c->count; i++) {
		struct choice *v = &c->item[i];

		if (!v->in)
			continue;
		without += !v->has_result;
		passed += v->has_result && v->verdict == VERDICT_PASS;
		skipped += v->has_result && v->verdict == VERDICT_SKIP;
		v->in = v->has_result && v->verdict != VERDICT_PASS &&
			v->verdict != VERDICT_SKIP;
	}
	in = count_in(c);
	if (!in)
		die(EX_FAIL,
		    "no variant failed the last time: %zu passed, %zu were "
		    "skipped, %zu have no result",
		    passed, skipped, without);
	add_told(told,
		 "%zu did not pass the last time, %zu did, %zu were skipped, "
		 "%zu have no result",
		 in, passed, skipped, without);
}

/* What @goal asks for and the variants chosen do not have. */
static void tell_left_out(const struct cover *cover, enum cover_goal goal,
			  struct str *told)
{
	size_t left_out = 0, wanted = 0;
	struct str names = { 0 };

	for (uint32_t i = 0; i < cover->f->names.count; i++) {
		const char *name = name_table_text(&cover->f->names, i);

		if (!cover_wants(cover, goal, i))
			continue;
		wanted++;
		if (cover->has[i])
			continue;
		if (left_out++ < LEFT_OUT_TOLD)
			str_addf(&names, "%s%s", names.len ? ", " : "", name);
		detail("left out: %s", name);
	}
	add_told(told, "%zu of %zu %s", wanted - left_out, wanted,
		 goal == COVER_FEATURES ? "features" : "values");
	if (cover->tuples[1].count)
		str_addf(told, ", %" PRIu64 " of %" PRIu64 " triples",
			 cover->tuples[1].had, cover->tuples[1].count);
	if (cover->tuples[0].count)
		str_addf(told, " and %" PRIu64 " of %" PRIu64 " pairs of them",
			 cover->tuples[0].had, cover->tuples[0].count);
	if (left_out > LEFT_OUT_TOLD)
		str_addf(&names, " and %zu more", left_out - LEFT_OUT_TOLD);
	if (left_out)
		add_told(told, "left out: %s", str_text(&names));
	str_done(&names);
}

/* The chosen ones are those that are in. */
static void keep_chosen(struct choices *c)
{
	for (size_t i = 0; i < c->count; i++) {
		c->item[i].in = c->item[i].in && c->item[i].chosen;
		c->item[i].chosen = false;
	}
}

/* Triples do not hold the pairs of a variant with two values alone. */
static void reach_tuples(struct cover *cover, enum level level)
{
	bool triples = level == LEVEL_THREE_WAY;

	if (triples && cover_count(cover, COVER_TRIPLES) == 0)
		cover_reach(cover, COVER_TRIPLES, NULL);
	else if (triples)
		die(EX_USAGE,
		    "--level: three-way counts triples of up to %d different "
		    "tests, flags and the like; here are %zu",
		    COVER_TRIPLE_VALUES_MAX, cover->f->pair_count);
	if (cover_count(cover, COVER_PAIRS) < 0)
		die(EX_USAGE,
		    "--level: pairwise counts pairs of up to %d different "
		    "tests, flags and the like; here are %zu",
		    COVER_VALUES_MAX, cover->f->pair_count);
	cover_reach(cover, COVER_PAIRS, NULL);
}

static void keep_level(struct choices *c, enum level level, struct str *told)
{
	struct features f;
	struct cover cover;

	features_find(c, &f);
	cover_begin(&f, c, &cover);
	if (level != LEVEL_SMOKE)
		reach_tuples(&cover, level);
	/* What all variants have is in no pair. */
	cover_reach(&cover, COVER_VALUES, NULL);
	keep_chosen(c);
	tell_left_out(&cover, COVER_VALUES, told);
	cover_done(&cover);
	features_done(&f);
}

/* Nothing fits: say what would. */
static noreturn void refuse_budget(const struct choices *c, double budget_s)
{
	const struct choice *shortest = NULL;

	for (size_t i = 0; i < c->count; i++) {
		const struct choice *v = &c->item[i];

		if (v->in && (!shortest || v->seconds < shortest->seconds))
			shortest = v;
	}
	if (!shortest)
		die(EX_FAIL, "no variant is left to choose from");
	die(EX_FAIL,
	    "no variant fits in %.6g s: the shortest, '%.*s', takes about "
	    "%.1f s",
	    budget_s, (int)shortest->name_len, shortest->line,
	    shortest->seconds);
}

static void keep_budget(struct choices *c, double budget_s, struct str *told)
{
	double left_s = budget_s;
	size_t chosen = 0, estimated = 0;
	struct features f;
	struct cover cover;

	features_find(c, &f);
	cover_begin(&f, c, &cover);
	cover_reach(&cover, COVER_FEATURES, &left_s);
	if (cover_count(&cover, COVER_PAIRS) == 0)
		cover_reach(&cover, COVER_PAIRS, &left_s);
	cover_fill(&cover, &left_s);
	for (size_t i = 0; i < c->count; i++) {
		chosen += c->item[i].chosen;
		estimated += c->item[i].chosen && !c->item[i].learned;
	}
	if (!chosen)
		refuse_budget(c, budget_s);
	keep_chosen(c);
	add_told(told, "%.1f of %.6g s", budget_s - left_s, budget_s);
	if (estimated)
		str_addf(told, ", %zu of the times estimated", estimated);
	tell_left_out(&cover, COVER_FEATURES, told);
	cover_done(&cover);
	features_done(&f);
}

static void keep(const struct select_request *req, struct choices *c,
		 struct str *told)
{
	if (req->match)
		keep_matching(c, req->match, told);
	expect_all(c, req->results);
	if (req->failed)
		keep_failed(c, told);
	if (req->level != LEVEL_NONE && req->level != LEVEL_FULL)
		keep_level(c, req->level, told);
	if (req->budget_s > 0)
		keep_budget(c, req->budget_s, told);
}

int select_main(int argc, char **argv)
{
	auto_str struct str told = { 0 };
	struct select_request req;
	struct choices c;

	select_options(argc, argv, false, &req);
	choices_read(&req, &c);
	keep(&req, &c, &told);
	for (size_t i = 0; i < c.count; i++) {
		if (c.item[i].in)
			puts(c.item[i].line);
	}
	note("%zu of %zu variants%s", count_in(&c), c.count, str_text(&told));
	choices_done(&c);
	select_options_done(&req);
	msg_close_stdout();
	return EX_PASS;
}
