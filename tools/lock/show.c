/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan looks like: variables, a line each, or JSON. */
#include <stdio.h>

#include "tools/lib/cpulist.h"
#include "tools/lock/lock.h"

void pinning_format(struct str *out, const struct plan *plan)
{
	for (unsigned int i = 0; i < plan->vcpus; i++)
		str_addf(out, "%s%u", i ? "," : "", plan->vcpu[i]);
}

static void print_list(const char *name, const cpu_set_t *set)
{
	auto_str struct str text = { 0 };

	cpulist_format(&text, set);
	printf("%s=%s\n", name, text_or_die(&text));
}

static void print_lines(const struct plan *plan, const cpu_set_t *cpus,
			unsigned int jobs)
{
	const cpu_set_t none = { 0 };

	print_list("KTSTR_CPUS", cpus);
	print_list("KTSTR_MEMS", plan ? &plan->mems : &none);
	printf("KTSTR_JOBS=%u\n", jobs);
	if (plan && plan->kind == PLAN_EXCLUSIVE) {
		auto_str struct str text = { 0 };

		pinning_format(&text, plan);
		printf("KTSTR_PINNING=%s\nKTSTR_SERVICE_CPU=%u\n",
		       text_or_die(&text), plan->service);
	}
}

static void print_array(const char *name, const cpu_set_t *set)
{
	const char *comma = "";

	printf(",\"%s\":[", name);
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, set))
			continue;
		printf("%s%d", comma, i);
		comma = ",";
	}
	printf("]");
}

static void print_llcs(const struct view *v, const struct plan *plan)
{
	const char *comma = "";

	printf(",\"llcs\":[");
	for (unsigned int i = 0; i < v->host.llc_count; i++) {
		const struct host_llc *llc = &v->host.llc[i];
		bool alone = CPU_ISSET(llc->id, &plan->alone);

		if (!alone && !CPU_ISSET(llc->id, &plan->llcs))
			continue;
		printf("%s{\"llc\":%u,\"numa_node\":%u,\"exclusive\":%s}",
		       comma, llc->id, llc->node, alone ? "true" : "false");
		comma = ",";
	}
	printf("]");
}

static void print_pinning(const struct view *v, const struct plan *plan)
{
	printf(",\"pinning\":[");
	for (unsigned int i = 0; i < plan->vcpus; i++)
		printf("%s{\"vcpu\":%u,\"cpu\":%u,\"numa_node\":%u}",
		       i ? "," : "", i, plan->vcpu[i],
		       v->host.cpu_node[plan->vcpu[i]]);
	printf("],\"service_cpu\":%u,\"nodes_mapped\":%s", plan->service,
	       plan->unmapped ? "false" : "true");
}

static void print_json(const struct view *v, const struct plan *plan,
		       const cpu_set_t *cpus, unsigned int jobs)
{
	static const char *const kinds[] = {
		[PLAN_SHARED] = "shared",
		[PLAN_WINDOW] = "window",
		[PLAN_EXCLUSIVE] = "exclusive",
	};
	const cpu_set_t none = { 0 };

	printf("{\"kind\":\"%s\"", plan ? kinds[plan->kind] : "none");
	print_array("cpus", cpus);
	print_array("mems", plan ? &plan->mems : &none);
	printf(",\"jobs\":%u", jobs);
	if (plan)
		print_llcs(v, plan);
	if (plan && plan->kind == PLAN_EXCLUSIVE)
		print_pinning(v, plan);
	printf("}\n");
}

void print_plan(const struct request *req, const struct view *v,
		const struct plan *plan, const cpu_set_t *cpus,
		unsigned int jobs)
{
	if (req->json)
		print_json(v, plan, cpus, jobs);
	else
		print_lines(plan, cpus, jobs);
}
