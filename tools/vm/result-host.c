/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/result-host.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tools/lib/msg.h"
#include "tools/lib/num.h"
#include "tools/vm/context.h"
#include "vmm/perf.h"

#define ATTEMPTS_MAX 1000

unsigned int result_attempt(void)
{
	const char *text = getenv("KTSTR_ATTEMPT");
	uint64_t n = 1;

	if (text && *text && num_parse(text, 1, ATTEMPTS_MAX, &n) < 0)
		die(EX_USAGE, "KTSTR_ATTEMPT '%s' is not a number from 1 to %d",
		    text, ATTEMPTS_MAX);
	return (unsigned int)n;
}

/* 7 or more digits of a commit, and "-dirty" for what is in none. */
static bool is_commit(const char *text)
{
	size_t digits = strspn(text, "0123456789abcdef");

	return digits >= 7 && digits <= 64 &&
	       (!text[digits] || strcmp(text + digits, "-dirty") == 0);
}

const char *result_project_commit(void)
{
	const char *text = getenv("KTSTR_PROJECT_COMMIT");

	if (!text || !*text)
		return NULL;
	if (!is_commit(text))
		die(EX_USAGE,
		    "KTSTR_PROJECT_COMMIT '%s' is no commit: 7 to 64 hex "
		    "digits, and perhaps -dirty",
		    text);
	return text;
}

/* Who ran it; CI systems set CI, and KTSTR_CI is for those that do not. */
static const char *run_source(void)
{
	const char *ci = getenv("CI"), *ours = getenv("KTSTR_CI");

	return (ci && *ci) || (ours && *ours) ? "ci" : "local";
}

static void set_ns(json_t *o, const char *key, int64_t ns)
{
	json_object_set_new(o, key, ns < 0 ? json_null() : json_integer(ns));
}

/* Real clock: what the host gave to each CPU of the guest, and what not. */
static json_t *noise(const struct noise *n, const json_t *steal)
{
	json_t *o = json_object(), *list = json_array();

	for (unsigned int i = 0; i < n->count; i++) {
		json_t *cpu = json_object();

		set_ns(cpu, "run_ns", (int64_t)n->vcpu[i].run_ns);
		set_ns(cpu, "wait_ns", (int64_t)n->vcpu[i].wait_ns);
		json_array_append_new(list, cpu);
	}
	set_ns(o, "wall_ns", (int64_t)n->wall_ns);
	json_object_set_new(o, "one_thread", json_boolean(n->one_thread));
	json_object_set_new(o, "vcpus", list);
	set_ns(o, "host_steal_ns", n->steal_ns);
	set_ns(o, "host_pressure_ns", n->pressure_ns);
	set_ns(o, "guest_steal_ns", steal ? facts_int(steal, "ns") : -1);
	return o;
}

static void set_load(json_t *o, const char *key, double load)
{
	json_object_set_new(o, key, load < 0 ? json_null() : json_real(load));
}

json_t *result_host(const struct result *r)
{
	const struct machine_result *m = &r->outcome->machine;
	const struct noise_sum sum = noise_sum(&m->noise);
	json_t *o = json_object();
	struct utsname u;

	json_object_set_new(o, "limit_s", json_integer(r->limits->host_s));
	json_object_set_new(o, "wall_s", json_real(m->seconds));
	json_object_set_new(o, "phases",
			    phases_host(&r->outcome->phases, &r->outcome->facts,
					&m->times, m->seconds));
	json_object_set_new(o, "attempt", json_integer(result_attempt()));
	const char *commit = result_project_commit();
	json_object_set_new(o, "project_commit",
			    commit ? json_string(commit) : json_null());
	json_object_set_new(o, "run_source", json_string(run_source()));
	set_ns(o, "vcpu_run_ns", (int64_t)sum.run_ns);
	set_ns(o, "vcpu_wait_ns", (int64_t)sum.wait_ns);
	json_object_set_new(o, "noise",
			    r->config->clock == CLOCK_REAL
				    ? noise(&m->noise, r->outcome->facts.steal)
				    : json_null());
	json_object_set(o, "kvm",
			r->outcome->kvm ? r->outcome->kvm : json_null());
	json_object_set_new(o, "performance",
			    r->config->perf ? perf_json(r->config->perf)
					    : json_null());
	json_object_set_new(o, "cpus",
			    json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	json_object_set_new(o, "kernel",
			    uname(&u) == 0 ? json_string(u.release)
					   : json_null());
	set_load(o, "load_before", r->load);
	set_load(o, "load_after", context_load(""));
	json_object_set_new(o, "system", context_json(""));
	return o;
}
