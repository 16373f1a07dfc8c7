/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.c - "ktstr-gauntlet plan": a make fragment with one target a variant.
 *
 * The target is a stamp whose name holds the identity of all that the result
 * depends on, so make needs no times: a stamp that is there is up to date.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/gauntlet/identity.h"
#include "tools/gauntlet/result.h"
#include "tools/gauntlet/retries.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/words.h"

/* What make cannot hold in the name of a target, however it is written. */
static void check_folder(const char *path)
{
	static const char bad[] = "%:\\*?[];|&=~<>\"'`\n\t";
	size_t at = strcspn(path, bad);

	if (!*path)
		die(EX_USAGE, "--out: the folder has no name");
	if (path[at])
		die(EX_USAGE,
		    "--out: make cannot have a target in '%s', because of the "
		    "character '%c'",
		    path, path[at] < ' ' ? '?' : path[at]);
}

/* A name as make reads it in "target: prerequisite". */
static void add_target(struct str *out, const char *name)
{
	for (; *name; name++) {
		if (*name == ' ' || *name == '#')
			str_add(out, "\\");
		if (*name == '$')
			str_add(out, "$");
		str_add_bytes(out, name, 1);
	}
}

/* A word as the shell reads it once make has read it in a recipe. */
static void add_word(struct str *out, const char *word)
{
	auto_str struct str quoted = { 0 };

	if (strchr(word, '\n'))
		die(EX_USAGE, "'%s' has a line break, which make cannot hold",
		    word);
	words_quote(&quoted, word);
	str_add(out, " ");
	for (const char *p = str_text(&quoted); *p; p++) {
		if (*p == '$')
			str_add(out, "$");
		str_add_bytes(out, p, 1);
	}
}

static void add_option(struct str *out, const char *name, const char *value)
{
	add_word(out, name);
	add_word(out, value);
}

static void add_words(struct str *out, char *const *words)
{
	for (; *words; words++)
		add_word(out, *words);
}

/* "WORDS" of an option as words. */
static char **split(const char *option, const char *text)
{
	char **words = NULL;
	size_t at;

	if (words_split(text, &words, &at) < 0)
		die(EX_USAGE, "%s: '%s' has a quote that is not closed", option,
		    text);
	return words;
}

/* @machines: those that have a target for their template, by all that differs.
 */
struct planning {
	const struct request *req;
	char **vm, **lock, **machines;
	struct str make, list;
};

/* ktstr-vm run and its options. */
static void add_vm(struct str *out, const struct planning *p,
		   const struct variant *v, const char *identity,
		   const char *folder)
{
	char shape[TOPOLOGY_TEXT_SIZE], seed[32];

	topology_format(&v->topology, shape);
	snprintf(seed, sizeof(seed), "%" PRIu64, v->seed);
	add_words(out, p->vm);
	/* What it would say as notes stands in the result. */
	add_word(out, "run");
	add_word(out, "-q");
	add_option(out, "--kernel", v->kernel->entry);
	add_option(out, "--kernel-label", v->kernel->label);
	add_option(out, "--sched", v->sched->path ? v->sched->path : "none");
	add_option(out, "--test", v->test->path);
	add_option(out, "--preset", v->preset);
	add_option(out, "--topology", shape);
	add_option(out, "--profile", v->profile->name);
	add_option(out, "--clock", v->clock);
	add_option(out, "--seed", seed);
	add_option(out, "--identity", identity);
	add_option(out, "--init", p->req->init);
	add_option(out, "--out", folder);
}

/* A host that is too small for it makes a skip. */
static void add_own_cpus(struct str *out, const struct variant *v)
{
	char shape[TOPOLOGY_TEXT_SIZE], skip[16];

	topology_format(&v->topology, shape);
	snprintf(skip, sizeof(skip), "%d", EX_SKIP);
	add_option(out, "--lacking-exit-code", skip);
	add_word(out, "--exclusive");
	add_option(out, "--topology", shape);
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
	add_words(out, lock);
	if (virtual && !(bypass && *bypass))
		add_option(out, "--cap", "1");
	if (!virtual && v->test->test.performance && !(bypass && *bypass))
		add_own_cpus(out, v);
	add_word(out, "--");
}

/* The number of the machine of @v; a new one is appended. */
static size_t machine_number(struct planning *p, const struct variant *v,
			     const char *shape, bool *ret_is_new)
{
	auto_str struct str name = { 0 };
	size_t i = 0;

	str_addf(&name, "%s %s %u", v->kernel->entry, shape,
		 v->test->test.memory_mib);
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
static void plan_template(struct planning *p, const struct variant *v,
			  const char *stamp)
{
	char shape[TOPOLOGY_TEXT_SIZE], memory[16];
	struct str *out = &p->make;
	bool is_new;

	topology_format(&v->topology, shape);
	size_t n = machine_number(p, v, shape, &is_new);
	add_target(out, stamp);
	str_addf(out, ": | ktstr-template-%zu\n", n);
	if (!is_new)
		return;
	str_addf(out,
		 ".PHONY: ktstr-template-%zu\n"
		 "ktstr-template-%zu:\n\t$(ktstr-plan-q)exec",
		 n, n);
	add_word(out, program_invocation_name);
	add_word(out, "try");
	add_word(out, "--");
	add_lock(out, p->lock, v);
	add_words(out, p->vm);
	add_word(out, "template");
	add_word(out, "-q");
	add_option(out, "--kernel", v->kernel->entry);
	add_option(out, "--topology", shape);
	if (v->test->test.memory_mib) {
		snprintf(memory, sizeof(memory), "%u",
			 v->test->test.memory_mib);
		add_option(out, "--memory", memory);
	}
	add_option(out, "--clock", v->clock);
	add_option(out, "--init", p->req->init);
	str_add(out, " >/dev/null\n");
}

/* A stamp says nothing once the result beside it is gone or another. */
static bool has_pass(const char *folder, const char *identity)
{
	auto_free char *path = NULL;
	enum verdict verdict;

	if (asprintf(&path, "%s/result.json", folder) < 0)
		die(EX_BROKEN, "out of memory");
	return result_identity(path, identity, &verdict) == 0 &&
	       verdict == VERDICT_PASS;
}

static void plan_variant(struct planning *p, const struct variant *v,
			 const char *identity)
{
	auto_free char *folder = NULL, *stamp = NULL;
	struct str *out = &p->make;

	if (asprintf(&folder, "%s/%s", p->req->out, v->name) < 0 ||
	    asprintf(&stamp, "%s/passed-%s", folder, identity) < 0)
		die(EX_BROKEN, "out of memory");
	str_addf(&p->list, "%s %s\n", v->name, identity);
	str_add(out, "\nktstr-run-all: ");
	add_target(out, stamp);
	if (access(stamp, F_OK) == 0 && !has_pass(folder, identity)) {
		str_add(out, "\n.PHONY: ");
		add_target(out, stamp);
	}
	str_add(out, "\n");
	add_target(out, stamp);
	/* Without a shell between, so that make's end is ours. Under the real
	 * clock it uses several CPUs, and as many of make's job slots. */
	str_addf(out, ":\n\t%s$(ktstr-plan-q)exec",
		 strcmp(v->clock, "real") == 0 ? "$(ktstr-plan-deep)" : "");
	/* As we were called: PATH may have another one, or none. */
	add_word(out, program_invocation_name);
	add_word(out, "record");
	add_option(out, "--identity", identity);
	add_option(out, "--out", folder);
	add_word(out, v->name);
	add_word(out, "--");
	add_lock(out, p->lock, v);
	add_vm(out, p, v, identity, folder);
	str_add(out, "\n");
	if (strcmp(v->clock, "virtual") == 0 &&
	    (access(stamp, F_OK) < 0 || !has_pass(folder, identity)))
		plan_template(p, v, stamp);
}

static void write_plan(struct planning *p)
{
	struct why why;

	if (p->make.failed || p->list.failed)
		die(EX_BROKEN, "out of memory");
	if (p->req->variants && file_publish(p->req->variants, p->list.text,
					     p->list.len, 0666, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	fputs(p->make.text, stdout);
}

int command_plan(const struct request *req)
{
	struct planning plan = { .req = req };
	struct identity_facts facts;
	struct variants v;
	struct project p;

	check_folder(req->out);
	(void)retries_allowed(); /* said now, not by each variant */
	plan.vm = split("--vm-command", req->vm_command);
	plan.lock = split("--lock-command", req->lock_command);
	if (!plan.vm[0])
		die(EX_USAGE, "--vm-command: a program is missing");
	project_read(req->sched, req->operand, false, &p);
	project_stop_on_complaints(&p);
	variants_select(req, &p, &v);
	identity_read(req, &p, plan.vm[0], &facts);
	str_add(&plan.make, "# Made by ktstr-gauntlet plan.\n"
			    "ktstr-plan-q := $(if $(filter 1,$(V)),,@)\n"
			    "ktstr-plan-deep = $(if $(findstring n,"
			    "$(firstword -$(MAKEFLAGS))),,+)\n"
			    ".PHONY: ktstr-run-all\n"
			    "ktstr-run-all: ; @:\n");
	for (size_t i = 0; i < v.count; i++) {
		char identity[IDENTITY_SIZE];

		identity_of(req, &p, &facts, &v.item[i], identity);
		plan_variant(&plan, &v.item[i], identity);
	}
	write_plan(&plan);
	str_done(&plan.make);
	str_done(&plan.list);
	words_free(plan.vm);
	words_free(plan.lock);
	words_free(plan.machines);
	identity_facts_done(&facts);
	variants_done(&v);
	project_done(&p);
	return EX_PASS;
}
