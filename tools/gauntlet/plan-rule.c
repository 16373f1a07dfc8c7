/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/inputs.h"
#include "tools/gauntlet/plan-words.h"
#include "tools/gauntlet/stamp.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/spec/presets.h"
#include "tools/lib/words.h"

static void add_launch(struct str *out, const struct plan *p)
{
	if (p->req->launch && *p->req->launch)
		plan_add_option(out, "--launch", p->req->launch);
}

/* ktstr-vm run and its options. */
static void add_vm(struct str *out, const struct plan *p,
		   const struct variant *v, const char *identity,
		   const char *folder)
{
	char shape[TOPOLOGY_TEXT_SIZE], seed[32];

	topology_format(&v->topology, shape);
	snprintf(seed, sizeof(seed), "%" PRIu64, v->seed);
	plan_add_words(out, p->vm);
	/* What it would say as notes stands in the result. */
	plan_add_word(out, "run");
	plan_add_word(out, "-q");
	plan_add_option(out, "--kernel", v->kernel->entry);
	plan_add_option(out, "--kernel-label", v->kernel->label);
	plan_add_option(out, "--sched",
			v->sched->path ? v->sched->path : "none");
	plan_add_option(out, "--test", v->test->path);
	plan_add_option(out, "--preset", v->preset);
	plan_add_option(out, "--topology", shape);
	plan_add_option(out, "--profile", v->profile->name);
	plan_add_option(out, "--clock", v->clock);
	plan_add_option(out, "--seed", seed);
	plan_add_option(out, "--identity", identity);
	plan_add_option(out, "--init", p->req->init);
	if (p->req->trace)
		plan_add_word(out, "--trace");
	if (p->req->trace && strcmp(p->req->trace, "yes") != 0)
		plan_add_option(out, "--trace-buffer", p->req->trace);
	if (p->req->no_repro)
		plan_add_word(out, "--no-repro");
	plan_add_option(out, "--out", folder);
}

/* A host that is too small for it makes a skip. */
static void add_own_cpus(struct str *out, const struct variant *v)
{
	char shape[TOPOLOGY_TEXT_SIZE], skip[16];

	topology_format(&v->topology, shape);
	snprintf(skip, sizeof(skip), "%d", EX_SKIP);
	plan_add_option(out, "--lacking-exit-code", skip);
	plan_add_word(out, "--exclusive");
	plan_add_option(out, "--topology", shape);
}

/*
 * Under the virtual clock the machine's CPUs take turns on one of the host. Who
 * wants no locks wants no such promise either, and ktstr-lock refuses it.
 */
static void add_lock(struct str *out, char *const *lock,
		     const struct variant *v)
{
	const char *bypass = getenv("KTSTR_BYPASS_LLC_LOCKS");
	bool virtual = strcmp(v->clock, "virtual") == 0;

	if (!lock[0])
		return;
	plan_add_words(out, lock);
	if (virtual && !(bypass && *bypass))
		plan_add_option(out, "--cap", "1");
	if (!virtual && v->test->test.performance && !(bypass && *bypass))
		add_own_cpus(out, v);
	plan_add_word(out, "--");
}

/* Words of the kernel make another machine. */
static void add_kargs(const struct variant *v, struct str *out)
{
	const struct sched *s = sched_file_declaration(v->sched);

	if (s)
		tuning_add_kargs(&s->tuning, out);
	tuning_add_kargs(&v->test->test.tuning, out);
	if (out->failed)
		die(EX_BROKEN, "out of memory");
}

/* The number of the machine of @v; a new one is appended. */
static size_t machine_number(struct plan *p, const struct variant *v,
			     const char *shape, const char *kargs,
			     bool *ret_is_new)
{
	auto_str struct str name = { 0 };
	size_t i = 0;

	str_addf(&name, "%s %s %u %s", v->kernel->entry, shape,
		 v->test->test.memory_mib, kargs);
	*ret_is_new = false;
	for (; p->machines && p->machines[i]; i++) {
		if (strcmp(p->machines[i], str_text(&name)) == 0)
			return i;
	}
	*ret_is_new = true;
	if (words_append(&p->machines, str_text(&name)) < 0)
		die(EX_BROKEN, "out of memory");
	return i;
}

/*
 * Before a variant runs there is a template of its machine, so that variants
 * which run at once do not wait for each other with CPUs in their hands. It is
 * no input of the result: when it cannot be made, the machine boots.
 */
static void plan_template(struct plan *p, const struct variant *v,
			  const char *stamp, struct str *rule)
{
	char shape[TOPOLOGY_TEXT_SIZE], memory[16];
	auto_str struct str kargs = { 0 };
	struct str *out = &p->templates;
	bool is_new;

	topology_format(&v->topology, shape);
	add_kargs(v, &kargs);
	size_t n = machine_number(p, v, shape, str_text(&kargs), &is_new);
	plan_add_target(rule, stamp);
	str_addf(rule, ": | ktstr-template-%zu\n", n);
	if (!is_new)
		return;
	str_addf(out,
		 ".PHONY: ktstr-template-%zu\n"
		 "ktstr-template-%zu:\n\t$(ktstr-plan-q)exec",
		 n, n);
	plan_add_word(out, program_invocation_name);
	plan_add_word(out, "try");
	add_launch(out, p);
	plan_add_word(out, "--");
	add_lock(out, p->lock, v);
	plan_add_words(out, p->vm);
	plan_add_word(out, "template");
	plan_add_word(out, "-q");
	plan_add_option(out, "--kernel", v->kernel->entry);
	plan_add_option(out, "--topology", shape);
	if (v->test->test.memory_mib) {
		snprintf(memory, sizeof(memory), "%u",
			 v->test->test.memory_mib);
		plan_add_option(out, "--memory", memory);
	}
	if (kargs.len)
		plan_add_option(out, "--append", str_text(&kargs));
	plan_add_option(out, "--clock", v->clock);
	plan_add_option(out, "--init", p->req->init);
	str_add(out, " >/dev/null\n");
}

static void add_record(struct str *out, const struct plan *p,
		       const struct plan_job *job, const char *folder)
{
	auto_str struct str words = { 0 };
	char seconds[32];

	/* As we were called: PATH may have another one, or none. */
	plan_add_word(out, program_invocation_name);
	plan_add_word(out, "record");
	plan_add_option(out, "--identity", job->identity);
	inputs_words(str_text(job->inputs), &words);
	plan_add_option(out, "--inputs", str_text(&words));
	if (p->req->progress) {
		snprintf(seconds, sizeof(seconds), "%.3f", job->expected);
		plan_add_option(out, "--progress", p->req->progress);
		plan_add_option(out, "--expect", seconds);
	}
	add_launch(out, p);
	plan_add_option(out, "--out", folder);
	plan_add_word(out, job->variant->name);
	plan_add_word(out, "--");
}

void plan_rule(struct plan *p, const struct plan_job *job, struct str *out)
{
	const struct variant *v = job->variant;
	const struct preset *preset = preset_find(v->preset);
	auto_free char *folder = NULL, *stamp = NULL;
	bool virtual = strcmp(v->clock, "virtual") == 0;

	if (asprintf(&folder, "%s/%s", p->req->out, v->name) < 0 ||
	    asprintf(&stamp, "%s/" STAMP_PREFIX "%s", folder, job->identity) <
		    0)
		die(EX_BROKEN, "out of memory");
	str_add(out, "\nktstr-run-all: ");
	plan_add_target(out, stamp);
	if (job->has_stamp) {
		str_add(out, "\n.PHONY: ");
		plan_add_target(out, stamp);
	}
	str_add(out, "\n");
	plan_add_target(out, stamp);
	/* Without a shell between, so that make's end is ours. Under the real
	 * clock it uses several CPUs, and as many of make's job slots. */
	str_addf(out, ":\n\t%s$(ktstr-plan-q)exec",
		 virtual ? "" : "$(ktstr-plan-deep)");
	add_record(out, p, job, folder);
	add_lock(out, p->lock, v);
	add_vm(out, p, v, job->identity, folder);
	str_add(out, "\n");
	/* What nothing can build has none: it ends as a skip. */
	if (virtual && !(preset && preset->skip))
		plan_template(p, v, stamp, out);
}
