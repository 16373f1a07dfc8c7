/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/report.h"

#include <inttypes.h>

#include "tools/lib/cpulist.h"
#include "vmm/guest/group.h"
#include "vmm/guest/json.h"

static const char *const exit_names[] = {
	[CREW_OK] = "ok",
	[CREW_KILLED] = "killed",
	[CREW_MISSING] = "missing",
	[CREW_FAILED] = "failed",
};

static const char *policy_name(const struct worker *w)
{
	static const char *const name[] = {
		[POLICY_NORMAL] = "normal", [POLICY_BATCH] = "batch",
		[POLICY_IDLE] = "idle",	    [POLICY_FIFO] = "fifo",
		[POLICY_RR] = "rr",
	};

	if (w->work->policy == POLICY_NORMAL && w->ext)
		return "ext";
	return name[w->work->policy];
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void add_segments(struct str *out, const struct worker *w)
{
	json_key(out, "segments");
	str_add(out, "[");
	for (unsigned int i = 0; i < w->segment_count; i++) {
		const struct crew_segment *s = &w->segment[i];

		str_addf(out, "%s{\"from_ns\":%" PRIu64, i ? "," : "",
			 s->from_ns);
		json_number(out, "to_ns", s->to_ns);
		json_cpus(out, "allowed", &s->allowed);
		json_cpus(out, "used", &w->shared->segments.used[i]);
		str_add(out, "}");
	}
	str_add(out, "]");
}

/* Pairs of a bucket's smallest value and its count, so that the host can add
 * the histograms of several workers. */
static void add_wakes(struct str *out, const struct histogram *h)
{
	const char *comma = "";

	json_key(out, "wakes");
	str_addf(out, "{\"count\":%" PRIu64, h->count);
	json_number(out, "p50_ns", histogram_at(h, 500));
	json_number(out, "p90_ns", histogram_at(h, 900));
	json_number(out, "p99_ns", histogram_at(h, 990));
	json_number(out, "p99_9_ns", histogram_at(h, 999));
	json_number(out, "max_ns", h->max_ns);
	json_key(out, "buckets");
	str_add(out, "[");
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (!h->bucket[i])
			continue;
		str_addf(out, "%s[%" PRIu64 ",%" PRIu32 "]", comma,
			 histogram_floor(i), h->bucket[i]);
		comma = ",";
	}
	str_add(out, "]}");
}

/* How much of its own memory is on which node. */
static void add_pages(struct str *out, const struct worker_shared *sh)
{
	const char *comma = "";

	json_key(out, "pages");
	str_add(out, "{\"nodes\":{");
	for (unsigned int i = 0; i < WORKER_NODES; i++) {
		if (!sh->pages[i])
			continue;
		str_addf(out, "%s\"%u\":%" PRIu64, comma, i, sh->pages[i]);
		comma = ",";
	}
	str_addf(out, "},\"migrated\":%" PRIu64 "}", sh->migrated_pages);
}

static void add_warnings(struct str *out, char *const *warning)
{
	json_key(out, "warnings");
	str_add(out, "[");
	for (unsigned int i = 0; warning && warning[i]; i++) {
		if (i)
			str_add(out, ",");
		json_quote(out, warning[i]);
	}
	str_add(out, "]");
}

/* A CPU that it could use was idle while it waited. */
static void add_idle_wait(struct str *out, const struct worker_window *v)
{
	json_number(out, "idle_wait_ns", v->idle_wait_ns);
	if (v->idle_wait_ns == 0)
		return;
	json_number(out, "idle_wait_cpu", (uint64_t)v->idle_wait_cpu);
	json_number(out, "idle_wait_at_ns", v->idle_wait_at_ns);
	if (v->idle_wait_of_ns)
		json_number(out, "idle_wait_of_ns", v->idle_wait_of_ns);
}

/* It shared a core while another that it could use was idle. */
static void add_core_sharing(struct str *out, const struct worker_window *v)
{
	if (!v->has_siblings)
		return;
	json_number(out, "core_shared_ns", v->core_shared_ns);
	if (v->core_shared_ns == 0)
		return;
	json_number(out, "core_shared_cpu", v->core_shared_cpu);
	json_number(out, "core_idle_cpu", v->core_idle_cpu);
}

void report_group(const struct group *g, struct str *out)
{
	json_open(out, "cgroup");
	json_text(out, "name", g->name);
	json_number(out, "weight", g->weight);
	json_flag(out, "limited", g->limited);
	json_flag(out, "restless", g->restless);
}

void report_frame(const struct worker *w, struct str *out)
{
	const struct worker_shared *sh = w->shared;

	json_open(out, "worker");
	json_text(out, "cgroup", w->born ? w->born->name : "(host)");
	if (w->born && w->group != w->born)
		json_text(out, "cgroup_at_end", w->group->name);
	json_number(out, "work", w->work_index);
	json_text(out, "type", work_type_names[w->work->type]);
	json_text(out, "policy", policy_name(w));
	json_number(out, "index", w->index);
	json_number(out, "units", atomic_load(&sh->units));
	json_number(out, "iterations", atomic_load(&sh->iterations));
	json_number(out, "start_ns", sh->start_at_ns);
	json_number(out, "wall_ns", w->past.wall_ns + crew_wall_ns(w));
	json_number(out, "cpu_ns",
		    w->past.cpu_ns + minus(sh->cpu_ns, w->before.cpu_ns));
	json_number(out, "run_delay_ns",
		    w->past.run_delay_ns +
			    minus(sh->run_delay_ns, w->before.run_delay_ns));
	json_number(out, "timeslices",
		    w->past.timeslices +
			    minus(sh->timeslices, w->before.timeslices));
	json_number(out, "max_gap_ns", sh->max_gap_ns);
	json_number(out, "gap_cpu", sh->gap_cpu);
	json_number(out, "gap_at_ns", sh->gap_at_ns);
	json_number(out, "standstill_ns", w->window.standstill_ns);
	add_idle_wait(out, &w->window);
	add_core_sharing(out, &w->window);
	json_number(out, "migrations", atomic_load(&sh->migrations));
	json_number(out, "far_migrations", sh->far_migrations);
	json_cpus(out, "cpus", &sh->cpus);
	json_text(out, "exit",
		  exit_names[w->past.exit ? w->past.exit : w->exit]);
	if (w->past.lives) {
		json_number(out, "lives", w->past.lives + 1);
		json_number(out, "idle_lives", w->past.idle);
	}
	if (atomic_load(&sh->frozen_ns))
		json_number(out, "frozen_ns", atomic_load(&sh->frozen_ns));
	add_warnings(out, w->warnings);
	if (sh->has_pages)
		add_pages(out, sh);
	add_segments(out, w);
	add_wakes(out, &sh->wakes);
}
