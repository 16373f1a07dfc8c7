/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/machines.h"

#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/glob.h"

/* A limit of a test, and what a machine has of it. */
struct limit {
	const char *what, *min_key, *max_key;
	unsigned int has, min, max;
	bool is_written; /* the maximum */
};

static bool is_beyond(const struct limit *l, bool asked, struct str *why)
{
	/* The maxima that nobody wrote keep presets few; a shape that was
	 * asked for by itself they do not bind. */
	bool is_above = l->has > l->max && (l->is_written || !asked);

	if (l->has < l->min)
		str_addf(why, "%u %s%s fewer than %s = %u", l->has, l->what,
			 l->has == 1 ? " is" : "s are", l->min_key, l->min);
	else if (is_above)
		str_addf(why, "%u %s%s more than %s = %u%s", l->has, l->what,
			 l->has == 1 ? " is" : "s are", l->max_key, l->max,
			 l->is_written ? "" : ", the default");
	return l->has < l->min || is_above;
}

/* Is @m outside the limits of @t? The first that it breaks is told. */
static bool is_outside(const struct test *t, const struct topology *m,
		       bool asked, struct str *why)
{
	const struct limit limit[] = {
		{ "node", "min-nodes", "max-nodes", m->nodes, t->min_nodes,
		  t->max_nodes, t->has_max_nodes },
		{ "LLC", "min-llcs", "max-llcs", m->llcs, t->min_llcs,
		  t->max_llcs, t->has_max_llcs },
		{ "CPU", "min-cpus", "max-cpus", topology_cpus(m), t->min_cpus,
		  t->max_cpus, t->has_max_cpus },
	};

	for (size_t i = 0; i < sizeof(limit) / sizeof(limit[0]); i++) {
		if (is_beyond(&limit[i], asked, why))
			return true;
	}
	if (!t->requires_smt || topology_has_smt(m))
		return false;
	str_add(why, "no core has two threads online, and requires-smt = yes");
	return true;
}

bool machine_refuse(const struct test *t, const struct preset *preset,
		    struct topology *ret_topology, struct str *ret_why)
{
	struct diag d = { 0 };
	struct why why;
	bool refused;

	if (topology_parse(preset->text, ret_topology, &why) < 0)
		die(EX_BROKEN, "preset '%s': %s", preset->name, why.text);
	if (t->only.presets && !glob_matches(t->only.presets, preset->name)) {
		str_add(ret_why, "the test's 'presets =' does not name it");
		return true;
	}
	if (is_outside(t, ret_topology, false, ret_why))
		return true;
	test_check_fit(t, ret_topology, &d);
	refused = d.count > 0;
	if (refused)
		str_addf(ret_why, "%.*s", (int)strcspn(str_text(&d.out), "\n"),
			 str_text(&d.out));
	diag_done(&d);
	return refused;
}

static void add(struct machines *m, const char *name, const struct topology *t)
{
	m->item = must(reallocarray(m->item, m->count + 1, sizeof(*m->item)));
	m->item[m->count++] = (struct machine){ name, *t };
}

static void leave_out(struct machines *m, const struct test *t,
		      const char *name, const struct str *why)
{
	m->left_out++;
	detail("test '%s' is not run on %s: %s", t->name, name, str_text(why));
}

/* Presets are offered to every test; those that cannot take it drop out. */
static void offer_preset(const struct test *t, const struct preset *preset,
			 struct machines *m)
{
	auto_str struct str why = { 0 };
	struct topology topology;

	if (machine_refuse(t, preset, &topology, &why))
		leave_out(m, t, preset->name, &why);
	else
		add(m, preset->name, &topology);
}

/* A shape was asked for by itself, so what does not fit is a mistake. */
static void take_shape(struct project *p, const struct test *t,
		       const char *text, struct machines *m)
{
	auto_str struct str why = { 0 };
	struct topology topology;

	if (topology_parse(text, &topology, NULL) < 0)
		return; /* options_read() has looked */
	if (is_outside(t, &topology, true, &why)) {
		leave_out(m, t, text, &why);
		return;
	}
	test_check_fit(t, &topology, &p->d);
	add(m, topology_name(&topology) ?: text, &topology);
}

bool machines_want_own(const struct request *req)
{
	return (!req->preset && !req->topology) ||
	       glob_matches(req->preset, "own");
}

void machines_find(const struct request *req, struct project *p,
		   const struct test *t, const struct sched *s,
		   struct left_out *left_out, struct machines *ret)
{
	const struct test under = test_under(t, s);
	struct topology own = project_own_topology(t, s);
	struct machines m = { 0 };

	if (machines_want_own(req))
		add(&m, "own", &own);
	for (size_t i = 0; i < preset_count; i++) {
		if (glob_matches(req->preset, preset_table[i].name))
			offer_preset(&under, &preset_table[i], &m);
	}
	for (char **text = req->topology; text && *text; text++)
		take_shape(p, &under, *text, &m);
	if (m.left_out)
		left_out_add(left_out, LEFT_OUT_MACHINES,
			     "test '%s' is not run on %zu of the machines "
			     "selected, because of its limits, cpusets and "
			     "amounts; list --why '%s' names them",
			     t->name, m.left_out, t->name);
	*ret = m;
}

void machines_done(struct machines *m)
{
	free(m->item);
	*m = (struct machines){ 0 };
}
