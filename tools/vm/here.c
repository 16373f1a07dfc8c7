/* SPDX-License-Identifier: GPL-2.0-or-later */
/* here.c - "ktstr-vm host": a test on this very machine, one verdict. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/hash.h"
#include "tools/lib/words.h"
#include "tools/vm/context.h"
#include "tools/vm/here-engine.h"
#include "tools/vm/here-fit.h"
#include "tools/vm/here-guard.h"
#include "tools/vm/host.h"
#include "tools/vm/judge-checks.h"
#include "tools/vm/judge-exit.h"
#include "tools/vm/judge-expect.h"
#include "tools/vm/result.h"
#include "version.h"

#define SCX_FOLDER "/sys/kernel/sched_ext"
/* Beyond what the test says: workers may take 7 s to be stopped. */
#define SPARE_S 60

/**
 * struct here - one run
 * @before, @after: who was in charge
 * @shape: of this machine, for people
 * @name:  RELEASE/SCHEDULER/TEST/host/default/real/sSEED
 */
struct here {
	const struct request *req;
	struct variant variant;
	struct scx before, after;
	struct outcome outcome;
	struct judgement judgement;
	struct utsname system;
	struct str shape, name;
	char *init;
};

static const char *scheduler_of(const struct scx *s)
{
	return scx_is_attached(s) ? s->ops : "none";
}

/* No frame for the end: the engine died, or was too slow. */
static void judge_end(const struct here *h, struct judgement *j)
{
	const struct machine_result *m = &h->outcome.machine;

	*j = (struct judgement){ .verdict = VERDICT_ERROR,
				 .class = "harness",
				 .reasons = json_array(),
				 .checks = json_array(),
				 .payloads = json_array() };
	if (m->end == END_TIMEOUT) {
		judge_decide(j, VERDICT_INCONCLUSIVE, "time-limit");
		judge_reason(j,
			     "the test did not finish within %.0f s; "
			     "--timeout sets it",
			     m->seconds);
	} else if (m->end == END_SIGNAL) {
		judge_reason(j, "the engine died of signal %d (%s)", m->status,
			     strsignal(m->status));
	} else {
		judge_reason(j, "the engine ended with status %d", m->status);
	}
	judge_reason(j, "%s", h->outcome.facts.why.text);
}

/* Who is in charge at the end must be who was, and not have left meanwhile. */
static void judge_change(const struct here *h, struct judgement *j)
{
	const char *before = scheduler_of(&h->before);
	const char *after = scheduler_of(&h->after);
	const struct facts *f = &h->outcome.facts;
	struct sched_exit x;

	if (strcmp(before, after) == 0 &&
	    h->before.enable_seq == h->after.enable_seq)
		return;
	sched_exit_read(f, &x);
	judge_decide(j, VERDICT_FAIL,
		     x.kind == EXIT_NONE && sched_exit_let_go(f, INT64_MAX)
			     ? "user-exit"
			     : sched_exit_class(&x));
	judge_reason(j,
		     "the scheduler changed during the test: '%s' was in "
		     "charge, then '%s' (enabled %" PRIu64 " and %" PRIu64
		     " times)",
		     before, after, h->before.enable_seq, h->after.enable_seq);
	sched_exit_tell(f, &x, j);
}

/* The CPUs are the host's own; only a hypervisor below could withhold them. */
static void judge_run(struct here *h)
{
	struct outcome *o = &h->outcome;
	struct noise *n = &o->machine.noise;
	struct evidence e = {
		.facts = &o->facts,
		.machine = &o->machine,
		.console = "",
		.topology = topology_default,
		.clock = CLOCK_REAL,
		.check = h->variant.check,
		.on_host = true,
	};

	if (!o->facts.complete) {
		judge_end(h, &h->judgement);
		return;
	}
	n->count = 1;
	n->wall_ns = (uint64_t)(o->machine.seconds * 1e9);
	n->vcpu[0].run_ns = n->wall_ns;
	n->steal_ns = facts_int(o->facts.steal, "ns");
	n->pressure_ns = -1;
	judge(&e, &h->judgement);
	if (h->judgement.verdict != VERDICT_ERROR &&
	    h->judgement.verdict != VERDICT_SKIP)
		judge_change(h, &h->judgement);
	judge_expected(&h->variant.test.expect, &h->judgement);
}

static void set_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, text ? json_string(text) : json_null());
}

static json_t *rerun(const struct here *h)
{
	auto_str struct str line = { 0 };

	str_add(&line, "ktstr-vm host --test ");
	words_quote(&line, h->req->test);
	str_addf(&line, " --seed %" PRIu64, h->req->seed);
	if (h->req->timeout_s)
		str_addf(&line, " --timeout %u", h->req->timeout_s);
	return json_string(str_text(&line));
}

static json_t *inputs(const struct here *h)
{
	json_t *o = json_object();
	char hex[HASH_HEX_SIZE];

	if (hash_file(AT_FDCWD, h->init, hex) == 0)
		set_text(o, "init", hex);
	if (hash_file(AT_FDCWD, h->req->test, hex) == 0)
		set_text(o, "test", hex);
	set_text(o, "ktstr", KTSTR_VERSION);
	return o;
}

static json_t *make_json(const struct here *h)
{
	json_t *o = json_object(), *host = json_object();

	json_object_set_new(o, "schema_version", json_integer(1));
	set_text(o, "name", str_text(&h->name));
	set_text(o, "test", h->variant.test.name);
	set_text(o, "scheduler", scheduler_of(&h->before));
	set_text(o, "kernel", h->system.release);
	set_text(o, "preset", "host");
	set_text(o, "topology", str_text(&h->shape));
	set_text(o, "profile", "default");
	json_object_set_new(o, "flags", json_array());
	set_text(o, "clock", "real");
	set_text(o, "accelerator", "none");
	json_object_set_new(o, "seed", json_integer((json_int_t)h->req->seed));
	set_text(o, "identity", h->req->identity);
	result_add_run(o, &h->judgement, &h->outcome.facts, rerun(h));
	json_object_set_new(o, "inputs", inputs(h));
	set_text(host, "node", h->system.nodename);
	set_text(host, "kernel_version", h->system.version);
	json_object_set_new(host, "seconds",
			    json_real(h->outcome.machine.seconds));
	json_object_set_new(host, "system", context_json(""));
	json_object_set_new(o, "host", host);
	return o;
}

static void print_verdict(const struct here *h, const char *folder)
{
	const json_t *reasons = h->judgement.reasons;

	note("%s: %s (%s, %.1f s, on this host: %s)",
	     verdict_name(h->judgement.verdict), str_text(&h->name),
	     h->judgement.class, h->outcome.machine.seconds,
	     str_text(&h->shape));
	for (size_t i = 0; i < json_array_size(reasons); i++)
		note("  %s", json_string_value(json_array_get(reasons, i)));
	printf("%s/result.json\n", folder);
}

static void write_result(const struct here *h)
{
	struct result r = { .req = h->req,
			    .variant = &h->variant,
			    .outcome = &h->outcome,
			    .judgement = &h->judgement,
			    .name = str_text(&h->name),
			    .init = h->init };
	auto_str struct str folder = { 0 };
	json_t *json = make_json(h);

	if (h->req->out)
		str_add(&folder, h->req->out);
	else
		str_addf(&folder, "ktstr-out/results/%s", r.name);
	result_write(&r, json, str_text(&folder));
	if (h->req->json)
		json_dumpf(json, stdout, JSON_COMPACT | JSON_ENSURE_ASCII),
			putchar('\n');
	else
		print_verdict(h, str_text(&folder));
	json_decref(json);
}

static void play(struct here *h)
{
	bool with_cpu = !h->variant.test.no_cpu_controller;
	auto_free char *mount = here_guard_mount(with_cpu);
	const struct here_wish wish = { mount, with_cpu, h->variant.sysctl };
	struct here_guard guard;

	here_guard_begin(&guard, &wish);
	struct here_job job = {
		.init = h->init,
		.cgroup = guard.path,
		.variant = &h->variant,
		.seed = h->req->seed,
		.ext = scx_is_attached(&h->before) && !h->before.switch_all,
		.timeout_s = h->req->timeout_s,
	};
	if (!job.timeout_s)
		job.timeout_s = (unsigned int)(test_run_ns(&h->variant.test) /
					       1000000000) +
				SPARE_S;
	here_engine(&job, &h->outcome);
	if (!here_guard_end(&guard))
		warn("not all was put back as it was; the next "
		     "\"ktstr-vm host\" tries again");
}

int command_host(const struct request *req)
{
	struct here h = { .req = req };
	int code;

	if (req->sched && strcmp(req->sched, "none") != 0)
		die(EX_USAGE,
		    "host loads no scheduler: start '%s' yourself, "
		    "and what is in charge is tested",
		    req->sched);
	variant_read_test(req, &h.variant);
	uname(&h.system);
	scx_read(SCX_FOLDER, &h.before);
	here_fit(&h.variant.test, &h.before, &h.shape);
	h.init = host_find_init(req);
	str_addf(&h.name, "%s/%s/%s/host/default/real/s%" PRIu64,
		 h.system.release, scheduler_of(&h.before), h.variant.test.name,
		 req->seed);
	play(&h);
	scx_read(SCX_FOLDER, &h.after);
	judge_run(&h);
	write_result(&h);
	code = verdict_exit_code(h.judgement.verdict);
	judgement_done(&h.judgement);
	outcome_done(&h.outcome);
	variant_done(&h.variant);
	str_done(&h.shape);
	str_done(&h.name);
	free(h.init);
	return code;
}
