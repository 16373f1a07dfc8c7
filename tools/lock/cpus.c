/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-lock cpus and plan: a reservation of CPUs. */
#include <errno.h>
#include <stdlib.h>

#include "tools/lib/cleanup.h"
#include "tools/lock/lock.h"

static void say_nodes(const struct view *v, const struct plan *plan)
{
	auto_str struct str llcs = { 0 };
	const char *comma = "";

	if (plan->unmapped)
		note("this machine has not enough nodes with enough LLCs: "
		     "those of the guest are not nodes of the host");
	if (CPU_COUNT(&plan->mems) < 2 || plan->kind == PLAN_EXCLUSIVE)
		return;
	for (unsigned int i = 0; i < v->host.llc_count; i++) {
		const struct host_llc *llc = &v->host.llc[i];

		if (!CPU_ISSET(llc->id, &plan->llcs))
			continue;
		str_addf(&llcs, "%s%u (node %u)", comma, llc->id, llc->node);
		comma = ", ";
	}
	note("LLCs [%s] take memory of %d NUMA nodes: latency may be higher",
	     str_text(&llcs), CPU_COUNT(&plan->mems));
}

/**
 * unreserved() - the cases in which nothing is planned
 * @ret_cpus: what is allowed, empty under bypass: then nothing is restricted
 * @ret_jobs: how many CPUs are allowed
 *
 * Return: true when @v was not read.
 */
static bool unreserved(const struct request *req, struct view *v,
		       cpu_set_t *ret_cpus, unsigned int *ret_jobs)
{
	struct why why, trouble;
	cpu_set_t mems;
	int r;

	if (!req->bypass) {
		r = view_read(req, v, &why);
		if (r == 0)
			return false;
		if (r != -ENODATA)
			die(EX_BROKEN, "%s", why.text);
		if (req->kind == PLAN_EXCLUSIVE)
			die(EX_BROKEN, "cannot reserve LLCs: %s", why.text);
		if (req->cap)
			die(EX_BROKEN, "cannot keep to %u CPUs: %s", req->cap,
			    why.text);
	}
	r = allowed_read(req, ret_cpus, &mems, &trouble);
	if (r < 0)
		die(EX_BROKEN, "%s", trouble.text);
	/* All that we can count: nothing was there that tells. */
	if (CPU_COUNT(ret_cpus) == CPU_SETSIZE && req->recorded)
		die(EX_USAGE,
		    "--root '%s' is no recorded machine: it has neither "
		    "sys/devices/system/cpu/online nor proc/self/status",
		    req->root);
	if (!req->bypass)
		warn("no CPUs are reserved: %s", why.text);
	*ret_jobs = (unsigned int)CPU_COUNT(ret_cpus);
	if (req->bypass)
		CPU_ZERO(ret_cpus);
	return true;
}

int do_cpus(const struct request *req)
{
	struct plan plan;
	struct view v;
	cpu_set_t cpus;
	unsigned int jobs;

	export_pinning(NULL);
	if (unreserved(req, &v, &cpus, &jobs)) {
		export_plan(&cpus, NULL, jobs);
		become_jobs(req, jobs);
	}
	reserve(req, &v, &plan);
	say_nodes(&v, &plan);
	if (plan.kind == PLAN_EXCLUSIVE)
		export_pinning(&plan);
	jobs = (unsigned int)CPU_COUNT(&plan.cpus);
	export_plan(&plan.cpus, &plan.mems, jobs);
	become_jobs(req, jobs);
}

int do_plan(const struct request *req)
{
	struct blocked blocked;
	struct plan plan = { 0 };
	struct view v;
	struct why why;
	cpu_set_t cpus;
	unsigned int jobs;
	int r;

	if (unreserved(req, &v, &cpus, &jobs)) {
		print_plan(req, NULL, NULL, &cpus, jobs);
		return EX_PASS;
	}
	r = view_open_folder(req, /* create */ false, &v, &why);
	if (r == 0 || r == -ENOENT)
		r = view_read_locks(&v, &why);
	if (r == 0)
		r = view_plan(req, &v, &plan, &blocked, &why);
	if (r == -EWOULDBLOCK) {
		auto_str struct str holders = { 0 };

		view_describe(&v, &blocked, &holders);
		die((enum exit_code)req->conflict_code, "%s: %s", why.text,
		    str_text(&holders));
	}
	if (r < 0)
		die(EX_BROKEN, "%s", why.text);
	say_nodes(&v, &plan);
	print_plan(req, &v, &plan, &plan.cpus,
		   (unsigned int)CPU_COUNT(&plan.cpus));
	view_done(&v);
	return EX_PASS;
}
