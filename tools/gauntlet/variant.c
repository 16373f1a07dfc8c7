/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/variant.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/glob.h"

/* A machine that a variant may run on. */
struct shape {
	const char *name;
	struct topology topology;
};

/* The machines of one test on one scheduler. */
struct shapes {
	struct shape *item;
	size_t count, left_out;
};

/* What one variant is made of, on the way down the loops. */
struct making {
	const struct request *req;
	struct project *p;
	struct variants *v;
	const struct kernel *kernel;
	const struct sched_file *sched;
	const struct test_file *test;
};

static bool is_enough(const struct test *t, const struct topology *m)
{
	return m->nodes >= t->min_nodes && m->llcs >= t->min_llcs &&
	       topology_cpus(m) >= t->min_cpus &&
	       (!t->requires_smt || topology_has_smt(m));
}

/* The maxima that nobody wrote keep presets few; a shape that was @asked for by
 * itself they do not bind. */
static bool is_within_limits(const struct test *t, const struct topology *m,
			     bool asked)
{
	return is_enough(t, m) &&
	       (m->nodes <= t->max_nodes || (asked && !t->has_max_nodes)) &&
	       (m->llcs <= t->max_llcs || (asked && !t->has_max_llcs)) &&
	       (topology_cpus(m) <= t->max_cpus || (asked && !t->has_max_cpus));
}

static void add_shape(struct shapes *s, const char *name,
		      const struct topology *t)
{
	s->item = must(reallocarray(s->item, s->count + 1, sizeof(*s->item)));
	s->item[s->count++] = (struct shape){ name, *t };
}

/* Presets are offered to every test; those that cannot take it drop out. */
static void offer_preset(const struct test *t, const struct preset *preset,
			 struct shapes *s)
{
	struct diag d = { 0 };
	bool fits = is_within_limits(t, &preset->topology, false);

	if (fits)
		test_check_fit(t, &preset->topology, &d);
	if (fits && !d.count) {
		add_shape(s, preset->name, &preset->topology);
	} else {
		s->left_out++;
		detail("test '%s' is not run on %s, which %s", t->name,
		       preset->name,
		       fits ? "its cpusets or amounts do not fit"
			    : "its limits exclude");
	}
	diag_done(&d);
}

/* A shape was asked for by itself, so what does not fit is a mistake. */
static void take_topology(const struct making *m, const char *text,
			  struct shapes *s)
{
	const struct test *t = &m->test->test;
	struct topology topology;

	if (topology_parse(text, &topology, NULL) < 0)
		return; /* options_read() has looked */
	if (!is_within_limits(t, &topology, true)) {
		s->left_out++;
		detail("test '%s' is not run on %s, which its limits exclude",
		       t->name, text);
		return;
	}
	test_check_fit(t, &topology, &m->p->d);
	add_shape(s, topology_name(&topology) ?: text, &topology);
}

static bool wants_own(const struct request *req)
{
	return (!req->preset && !req->topology) ||
	       glob_matches(req->preset, "own");
}

static void find_shapes(const struct making *m, struct shapes *s)
{
	const struct request *req = m->req;
	const struct test *t = &m->test->test;
	struct topology own =
		project_own_topology(t, sched_file_declaration(m->sched));

	if (wants_own(req))
		add_shape(s, "own", &own);
	for (size_t i = 0; i < preset_count; i++) {
		if (glob_matches(req->preset, preset_table[i].name))
			offer_preset(t, &preset_table[i], s);
	}
	for (char **text = req->topology; text && *text; text++)
		take_topology(m, *text, s);
	if (s->left_out && m->kernel == req->kernel)
		note("test '%s' is not run on %zu of the machines selected, "
		     "because of its limits, cpusets and amounts; -v names them",
		     t->name, s->left_out);
}

static void add_variant(const struct making *m, const struct shape *shape,
			const struct profile *profile, uint64_t seed)
{
	struct variants *v = m->v;
	struct variant *item;

	v->item = must(reallocarray(v->item, v->count + 1, sizeof(*v->item)));
	item = &v->item[v->count++];
	*item = (struct variant){
		.kernel = m->kernel,
		.sched = m->sched,
		.test = m->test,
		.preset = shape->name,
		.topology = shape->topology,
		.profile = profile,
		.clock = m->req->clock,
		.seed = seed,
	};
	if (asprintf(&item->name, "%s/%s/%s/%s/%s/%s/s%" PRIu64,
		     m->kernel->label, sched_file_name(m->sched),
		     m->test->test.name, shape->name, profile->name,
		     item->clock, seed) < 0)
		die(EX_BROKEN, "out of memory");
}

static void make_pair(const struct making *m, const struct profiles *profiles)
{
	struct shapes shapes = { 0 };

	find_shapes(m, &shapes);
	for (size_t i = 0; i < shapes.count; i++) {
		for (size_t j = 0; j < profiles->count; j++) {
			for (size_t k = 0; k < m->req->seed_count; k++)
				add_variant(m, &shapes.item[i],
					    &profiles->item[j],
					    m->req->seed[k]);
		}
	}
	free(shapes.item);
}

static bool has_tag(const struct request *req, const struct test *t)
{
	if (!req->tag)
		return true;
	for (char **tag = t->tags; tag && *tag; tag++) {
		if (glob_matches(req->tag, *tag))
			return true;
	}
	return false;
}

static bool is_selected(const struct request *req, const struct test_file *t,
			const struct sched_file *s)
{
	return project_runs_on(&t->test, s) && has_tag(req, &t->test);
}

/* Profiles do not depend on kernels and machines: list them once. */
static void list_profiles(const struct request *req, struct project *p,
			  struct variants *v)
{
	v->pair_count = p->sched_count * p->test_count;
	v->profiles = must(calloc(v->pair_count + 1, sizeof(*v->profiles)));
	for (size_t i = 0; i < v->pair_count; i++) {
		const struct sched_file *s = &p->sched[i / p->test_count];
		const struct test_file *t = &p->test[i % p->test_count];
		const struct sched *declared = sched_file_declaration(s);
		unsigned int before = p->d.count;
		struct why why = { "out of memory" };

		if (!is_selected(req, t, s))
			continue;
		project_check_pair(p, &t->test, declared);
		if (wants_own(req))
			project_check_own_machine(p, &t->test, declared);
		if (p->d.count == before &&
		    profiles_list(declared, &t->test, req->profile,
				  &v->profiles[i], &why) < 0)
			die(EX_USAGE, "%s", why.text);
	}
}

/* Every pattern must be good for something. */
static void check_patterns(const struct request *req, const struct variants *v)
{
	const char *names[64] = { "own" };

	for (size_t i = 0; i < preset_count && i < 62; i++)
		names[i + 1] = preset_table[i].name;
	for (char **glob = req->preset; glob && *glob; glob++) {
		const char *near = diag_nearest(*glob, names);
		size_t i = 0;

		while (names[i] && fnmatch(*glob, names[i], 0) != 0)
			i++;
		if (!names[i])
			die(EX_USAGE, "--preset: no preset is named '%s'%s%s%s",
			    *glob, near ? ", did you mean '" : "",
			    near ? near : "", near ? "'?" : "");
	}
	for (char **glob = req->profile; glob && *glob; glob++) {
		bool used = false;

		for (size_t i = 0; i < v->count && !used; i++)
			used = fnmatch(*glob, v->item[i].profile->name, 0) == 0;
		if (!used && v->count)
			die(EX_USAGE, "--profile: no profile is named '%s'",
			    *glob);
	}
	if (v->count == 0)
		die(EX_USAGE, "no variant is selected");
}

void variants_select(const struct request *req, struct project *p,
		     struct variants *ret)
{
	struct making m = { .req = req, .p = p, .v = ret };

	*ret = (struct variants){ 0 };
	list_profiles(req, p, ret);
	project_stop_on_complaints(p);
	for (size_t k = 0; k < req->kernel_count; k++) {
		m.kernel = &req->kernel[k];
		for (size_t i = 0; i < ret->pair_count; i++) {
			m.sched = &p->sched[i / p->test_count];
			m.test = &p->test[i % p->test_count];
			if (is_selected(req, m.test, m.sched))
				make_pair(&m, &ret->profiles[i]);
		}
		project_stop_on_complaints(p);
	}
	check_patterns(req, ret);
}

void variants_done(struct variants *v)
{
	for (size_t i = 0; i < v->count; i++)
		free(v->item[i].name);
	for (size_t i = 0; i < v->pair_count; i++)
		profiles_done(&v->profiles[i]);
	free(v->item);
	free(v->profiles);
	*v = (struct variants){ 0 };
}
