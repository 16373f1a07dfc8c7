/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.c - "ktstr-gauntlet plan": a make fragment with one target for each
 * variant that has to run, those that take longest first.
 *
 * The target is a stamp whose name holds the identity of all that the result
 * depends on, so make needs no times: a variant whose stamp holds is up to
 * date.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/chosen.h"
#include "tools/gauntlet/expect.h"
#include "tools/gauntlet/fresh.h"
#include "tools/gauntlet/option-values.h"
#include "tools/gauntlet/plan-words.h"
#include "tools/gauntlet/plan.h"
#include "tools/gauntlet/progress.h"
#include "tools/gauntlet/result.h"
#include "tools/gauntlet/retries.h"
#include "tools/gauntlet/stamp.h"
#include "tools/gauntlet/walk.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"
#include "tools/lib/words.h"
#include "vmm/trace/stream.h"

/* A rule, and where it belongs. */
struct rule {
	char *text;
	double expected;
	size_t number;
};

/* @list: what --variants gets. */
struct planning {
	struct plan plan;
	struct chosen chosen;
	struct str list;
	struct rule *rule;
	size_t count, room, listed;
	double work;
};

static void add_rule(struct planning *p, const struct plan_job *job)
{
	struct str text = { 0 };

	plan_rule(&p->plan, job, &text);
	if (p->count == p->room) {
		p->room = p->room ? 2 * p->room : 256;
		p->rule =
			must(reallocarray(p->rule, p->room, sizeof(*p->rule)));
	}
	p->rule[p->count] =
		(struct rule){ must(str_take(&text)), job->expected, p->count };
	p->count++;
	p->work += job->expected;
}

static void tell_why(const struct plan_job *job, const char *folder, bool holds)
{
	auto_str struct str why = { 0 };

	if (holds)
		str_add(&why, "all are to run again");
	else
		fresh_why(folder, job->identity, str_text(job->inputs), &why);
	note("%s: %s", job->variant->name, str_text(&why));
}

/* As long as it took the last time, else by rule. */
static double seconds_expected(const struct variant *v, const char *folder)
{
	auto_free char *path = NULL;
	enum verdict verdict;
	double seconds;

	if (asprintf(&path, "%s/result.json", folder) < 0)
		die(EX_BROKEN, "out of memory");
	if (result_brief(path, v->name, &verdict, &seconds) == 0 &&
	    seconds >= 0)
		return seconds;
	return expect_model(&v->test->test, &v->topology, v->clock);
}

static void plan_variant(struct planning *p, const struct project *project,
			 const struct identity_facts *facts,
			 const struct variant *v)
{
	const struct request *req = p->plan.req;
	struct plan_job job = { .variant = v };
	auto_str struct str inputs = { 0 };
	auto_free char *folder = NULL;

	if (asprintf(&folder, "%s/%s", req->out, v->name) < 0)
		die(EX_BROKEN, "out of memory");
	identity_of(req, project, facts, v, &inputs, job.identity);
	str_addf(&p->list, "%s %s\n", v->name, job.identity);
	p->listed++;

	enum stamp stamp = stamp_check(folder, v->name, job.identity, NULL);

	if (stamp == STAMP_HOLDS && !req->all)
		return;
	job.inputs = &inputs;
	job.has_stamp = stamp != STAMP_NONE;
	job.expected = seconds_expected(v, folder);
	if (req->reasons)
		tell_why(&job, folder, stamp == STAMP_HOLDS);
	add_rule(p, &job);
}

static int longest_first(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;

	if (x->expected != y->expected)
		return x->expected < y->expected ? 1 : -1;
	return x->number < y->number ? -1 : 1;
}

static void write_plan(struct planning *p)
{
	const struct request *req = p->plan.req;
	struct why why;

	if (p->plan.templates.failed || p->list.failed)
		die(EX_BROKEN, "out of memory");
	if (req->variants && file_publish(req->variants, p->list.text,
					  p->list.len, 0666, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	if (req->progress)
		progress_start(req->progress, p->count, p->work);
	if (p->count)
		qsort(p->rule, p->count, sizeof(*p->rule), longest_first);
	puts("# Made by ktstr-gauntlet plan.\n"
	     "ktstr-plan-q := $(if $(filter 1,$(V)),,@)\n"
	     "ktstr-plan-deep = $(if $(findstring n,"
	     "$(firstword -$(MAKEFLAGS))),,+)\n"
	     ".PHONY: ktstr-run-all\n"
	     "ktstr-run-all: ; @:");
	for (size_t i = 0; i < p->count; i++)
		fputs(p->rule[i].text, stdout);
	fputs(str_text(&p->plan.templates), stdout);
}

/* Whoever chose wants to know of what cannot be had. */
static void check_chosen(const struct planning *p)
{
	const char *unseen = chosen_unseen(&p->chosen);

	if (unseen)
		die(EX_USAGE,
		    "--only: '%s' is no variant of these tests, machines, "
		    "profiles and seeds",
		    unseen);
}

static void planning_done(struct planning *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->rule[i].text);
	free(p->rule);
	str_done(&p->list);
	str_done(&p->plan.templates);
	words_free(p->plan.vm);
	words_free(p->plan.lock);
	words_free(p->plan.machines);
	chosen_done(&p->chosen);
}

/*
 * The chosen ones alone: profiles are looked for by name, since there may be
 * more than anybody could go through.
 */
static void plan_chosen(struct planning *p, struct project *project,
			const struct request *req)
{
	struct request by_name = *req;
	struct identity_facts facts;
	struct variant v;
	struct walk *w;

	by_name.profile = p->chosen.profile;
	w = walk_begin(&by_name, project);
	identity_read(req, project, p->plan.vm[0], &facts);
	while (walk_next(w, &v)) {
		if (chosen_has(&p->chosen, v.name))
			plan_variant(p, project, &facts, &v);
	}
	walk_end(w);
	identity_facts_done(&facts);
	check_chosen(p);
}

static void plan_all(struct planning *p, struct project *project,
		     const struct request *req)
{
	struct identity_facts facts;
	struct variants v;

	variants_select(req, project, &v);
	identity_read(req, project, p->plan.vm[0], &facts);
	for (size_t i = 0; i < v.count; i++)
		plan_variant(p, project, &facts, &v.item[i]);
	variants_done(&v);
	identity_facts_done(&facts);
}

static void check_trace(const char *trace)
{
	uint64_t kib;

	if (trace && strcmp(trace, "yes") != 0 &&
	    num_parse(trace, TRACE_KIB_MIN, TRACE_BUFFERS_KIB, &kib) < 0)
		die(EX_USAGE,
		    "--trace is yes, or a number of KiB from %d to %llu, not "
		    "'%s'",
		    TRACE_KIB_MIN, (unsigned long long)TRACE_BUFFERS_KIB,
		    trace);
}

int command_plan(const struct request *req)
{
	struct planning planning = { .plan.req = req };
	struct plan *plan = &planning.plan;
	struct project p;

	plan_check_folder(req->out);
	(void)retries_allowed(); /* said now, not by each variant */
	plan->vm = option_words("--vm-command", req->vm_command);
	plan->lock = option_words("--lock-command", req->lock_command);
	if (req->launch)
		words_free(option_words("--launch", req->launch));
	check_trace(req->trace);
	if (!plan->vm[0])
		die(EX_USAGE, "--vm-command: a program is missing");
	if (req->only)
		chosen_read(req->only, &planning.chosen);
	project_read(req->sched, req->operand, false, &p);
	project_stop_on_complaints(&p);
	if (req->only)
		plan_chosen(&planning, &p, req);
	else
		plan_all(&planning, &p, req);
	write_plan(&planning);
	if (req->reasons)
		note("%zu of %zu variants are up to date",
		     planning.listed - planning.count, planning.listed);
	planning_done(&planning);
	project_done(&p);
	return EX_PASS;
}
