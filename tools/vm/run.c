/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c - "ktstr-vm run": one variant, one verdict. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "tools/vm/context.h"
#include "tools/vm/debug.h"
#include "tools/vm/host.h"
#include "tools/vm/judge.h"
#include "tools/vm/launch.h"
#include "tools/vm/monitor.h"
#include "tools/vm/performance.h"
#include "tools/vm/repro.h"
#include "tools/vm/result-host.h"
#include "tools/vm/result.h"
#include "tools/vm/steps.h"
#include "tools/vm/threads.h"
#include "tools/vm/trace.h"
#include "tools/vm/variant.h"
#include "vmm/console.h"

/* The last part of a path: what a kernel is called when no label is given. */
static const char *label_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static char *variant_name(const struct request *req, const struct variant *v,
			  enum vm_clock clock)
{
	struct str name = { 0 };

	str_addf(&name, "%s/%s/%s/%s/%s/%s/s%" PRIu64,
		 req->kernel_label ? req->kernel_label : label_of(req->kernel),
		 v->sched_name, v->test.name, v->preset, v->profile.name,
		 clock == CLOCK_VIRTUAL ? "virtual" : "real", req->seed);
	return str_take(&name);
}

static char *result_folder(const struct request *req, const char *name)
{
	struct str path = { 0 };

	if (req->out)
		return strdup(req->out);
	/* A trace takes time of the guest's: it is another run. */
	str_addf(&path, "ktstr-out/%s/%s",
		 req->trace ? "traced/results" : "results", name);
	return str_take(&path);
}

static void print_verdict(const struct result *r, const char *folder,
			  const json_t *repro)
{
	const json_t *reasons = r->judgement->reasons;

	note("%s: %s (%s, %.1f s)", verdict_name(r->judgement->verdict),
	     r->name, r->judgement->class, r->outcome->machine.seconds);
	for (size_t i = 0; i < json_array_size(reasons); i++)
		note("  %s", json_string_value(json_array_get(reasons, i)));
	if (r->judgement->verdict == VERDICT_ERROR ||
	    !r->outcome->facts.complete) {
		auto_str struct str tail = { 0 };

		console_tail(&tail, r->outcome->console,
			     r->outcome->console_len, 20, "  | ");
		if (msg_verbosity >= 0)
			fputs(str_text(&tail), stderr);
	}
	if (json_is_string(json_object_get(repro, "file")))
		note("  run again and watched: %s, see %s/" REPRO_FILE,
		     json_string_value(json_object_get(repro, "status")),
		     folder);
	phases_tell(&r->outcome->phases, &r->outcome->facts,
		    &r->outcome->machine);
	printf("%s/result.json\n", folder);
}

static struct limits limits_of(const struct request *req,
			       const struct variant *v,
			       const struct machine_config *c)
{
	struct limits l = request_limits(
		req, (struct limits_for){ test_run_ns(&v->test),
					  topology_cpus(&v->topology),
					  c->clock == CLOCK_VIRTUAL });

	if (v->test.cleanup_ns && !req->limits.ns[PHASE_SHUTDOWN])
		l.ns[PHASE_SHUTDOWN] = v->test.cleanup_ns;
	return l;
}

static void fill_job(const struct request *req, const struct variant *v,
		     const struct machine_config *c,
		     const struct monitor_plan *monitor, struct job *job)
{
	const struct check_value *cores =
		&v->check.value[CHECK_MAX_CORE_SHARING];
	bool loads = variant_loads(v);

	*job = (struct job){
		.test_text = v->test_text,
		.test_name = v->test.name,
		.scheduler = loads ? v->sched.binary : NULL,
		.args = loads ? v->args : NULL,
		.sysctl = v->sysctl,
		.enable = v->enable,
		.disable = v->disable,
		.cgroup_parent = v->has_sched ? v->sched.cgroup_parent : NULL,
		.watchdog_ns = v->test.watchdog_ns,
		.cores = cores->set && !cores->off,
		/* Under the real clock nothing of it is in the guest. */
		.layout = c->clock == CLOCK_VIRTUAL ? monitor->text : NULL,
		.include = v->include,
		.include_count = v->include_count,
		.clock = c->clock,
		.seed = req->seed,
		.limits = limits_of(req, v, c),
	};
}

static void fill_evidence(const struct variant *v,
			  const struct machine_config *c,
			  const struct monitor_plan *monitor,
			  const struct outcome *o, struct evidence *e)
{
	*e = (struct evidence){
		.facts = &o->facts,
		.machine = &o->machine,
		.console = o->console,
		.console_len = o->console_len,
		.topology = v->topology,
		.memory_mib = c->memory_mib,
		.clock = c->clock,
		.check = v->check,
		.payload = v->test.payload,
		.payload_count = v->test.payload_count,
		.layout = monitor->wanted ? &monitor->layout : NULL,
		.has_sched = variant_loads(v),
		.expect = v->test.expect,
		.torn_code = threads_are_dared(c),
	};
}

/* A kernel that moves itself is not where its vmlinux says. Under the virtual
 * clock none may, monitor or not. */
static void hold_kernel(const struct monitor_plan *monitor,
			struct machine_config *c, struct str *room)
{
	if (!monitor->wanted || c->clock == CLOCK_VIRTUAL)
		return;
	str_addf(room, "%s%snokaslr", c->append ? c->append : "",
		 c->append ? " " : "");
	if (room->failed)
		die(EX_BROKEN, "out of memory");
	c->append = str_text(room);
}

/* The result, which a failure that is watched adds to. Return: the exit code.
 */
static int publish(struct result *r, const struct repro_ask *ask)
{
	json_t *json = result_json(r), *repro = NULL;

	result_write(r, json, ask->folder);
	if (repro_is_wanted(ask)) {
		repro = repro_run(ask);
		json_object_set_new(json, "repro", repro);
		result_write_json(json, ask->folder);
	}
	steps_tell(json_object_get(json, "steps"));
	if (r->req->json)
		json_dumpf(json, stdout, JSON_COMPACT | JSON_ENSURE_ASCII),
			putchar('\n');
	else
		print_verdict(r, ask->folder, repro);
	json_decref(json);
	return verdict_exit_code(r->judgement->verdict);
}

static void done(struct outcome *o, struct monitor_plan *monitor,
		 struct machine_config *c, struct variant *v)
{
	outcome_done(o);
	monitor_plan_done(monitor);
	launch_done(c);
	variant_done(v);
}

/* The same machine, up to where gdb has it; there is no result. */
static int run_debugged(const struct request *req, struct machine_config *c,
			const struct job *job, const char *init,
			struct outcome *o)
{
	struct debug d;

	debug_begin(&d, req, c);
	launch(c, job, init, job->limits.host_s, o);
	return debug_end(&d);
}

int command_debug(const struct request *req)
{
	struct request with = *req;

	with.debugs = true;
	if (!with.has_clock)
		with.clock = CLOCK_VIRTUAL;
	with.has_clock = true;
	return command_run(&with);
}

int command_run(const struct request *req)
{
	struct variant v;
	struct machine_config c;
	struct perf perf;
	struct outcome o = { .cold = req->cold, .traced = req->trace };
	struct evidence e;
	struct judgement j;
	struct job job;
	struct monitor_plan monitor;
	auto_str struct str words = { 0 }, more = { 0 };
	struct request with = *req;

	/* Wrong ones are said before anything runs. */
	(void)result_attempt();
	(void)result_project_commit();
	variant_read(req, &v);
	with.append = variant_kernel_words(&v, req->append, &words);
	launch_configure(&with, &v.topology, v.test.memory_mib, &c);
	performance_set_up(req, v.test.performance ? v.test.name : NULL, &c,
			   &perf);
	auto_free char *init = host_find_init(req);
	auto_free char *name = variant_name(req, &v, c.clock);
	auto_free char *folder = result_folder(req, name);
	monitor_plan(&v, c.kernel, &monitor);
	hold_kernel(&monitor, &c, &more);
	fill_job(req, &v, &c, &monitor, &job);
	job.trace_kib = trace_kib(req, topology_cpus(&v.topology));
	trace_give_memory(req, &c, job.trace_kib);
	if (req->dry_run) {
		launch_rehearse(&c, &job, init);
		done(&o, &monitor, &c, &v);
		return EX_PASS;
	}
	if (req->debugs) {
		int end = run_debugged(req, &c, &job, init, &o);

		done(&o, &monitor, &c, &v);
		return end;
	}
	if (c.clock == CLOCK_REAL)
		o.layout = monitor.wanted ? &monitor.layout : NULL;
	json_t *inputs = result_inputs(req, &v, &c, init);
	double load = context_load("");
	launch(&c, &job, init, job.limits.host_s, &o);
	performance_tell(&c);
	fill_evidence(&v, &c, &monitor, &o, &e);
	judge(&e, &j);
	struct result r = {
		req,	  &v,	&c,
		&o,	  &j,	&job.limits,
		name,	  init, inputs,
		e.layout, load, trace_write(&o, &c, job.trace_kib, folder),
	};
	int code = publish(&r, &(struct repro_ask){ req, &v, &c, &job, init,
						    folder, &e, &j });
	json_decref(inputs);
	json_decref(r.trace);
	judgement_done(&j);
	done(&o, &monitor, &c, &v);
	return code;
}
