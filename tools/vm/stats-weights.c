/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/stats-weights.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"

#define BUSY 0.98 /* of its life a worker ran or waited for a CPU */
#define LIFE 0.02 /* how much lives may differ */

/* A cgroup with all below it. */
struct share {
	double weight, cpu_ns, wall_ns, due_ns;
	unsigned int workers;
	const char *allowed; /* list of CPUs */
	bool full;	     /* its workers cannot use more */
};

static bool is_below(const char *name, const char *top)
{
	size_t len = strlen(top);

	return strncmp(name, top, len) == 0 &&
	       (name[len] == '\0' || name[len] == '/');
}

/* The CPUs that @w could use all its life, or NULL. */
static const char *allowed_of(const json_t *w)
{
	const json_t *list = json_object_get(w, "segments");

	return json_array_size(list) == 1
		       ? facts_text(json_array_get(list, 0), "allowed")
		       : NULL;
}

/* Did it want to run all the time, as a plain task? */
static bool is_busy(const json_t *w)
{
	static const char *const plain[] = { "normal", "batch", "ext" };
	double wall = (double)facts_int(w, "wall_ns");
	double used = (double)facts_int(w, "cpu_ns");
	double waited = (double)facts_int(w, "run_delay_ns");
	bool is_plain = false;

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		is_plain |= strcmp(facts_text(w, "policy"), plain[i]) == 0;
	return is_plain && wall > 0 && used + waited >= BUSY * wall &&
	       strcmp(facts_text(w, "type"), "exec") != 0 &&
	       strcmp(facts_text(w, "exit"), "ok") == 0 &&
	       !json_object_get(w, "cgroup_at_end") &&
	       !json_object_get(w, "lives");
}

static bool lives_differ(double a, double b)
{
	return fabs(a - b) > LIFE * fmax(a, b);
}

static bool add_worker(struct share *s, const json_t *w)
{
	double wall = (double)facts_int(w, "wall_ns");
	const char *allowed = allowed_of(w);

	if (!allowed || !is_busy(w) ||
	    (s->workers && (strcmp(allowed, s->allowed) != 0 ||
			    lives_differ(wall, s->wall_ns))))
		return false;
	s->allowed = allowed;
	s->wall_ns = fmax(s->wall_ns, wall);
	s->cpu_ns += (double)facts_int(w, "cpu_ns");
	s->workers++;
	return true;
}

/* May @cgroup, a frame, be compared, and with what? */
static bool read_share(const struct facts *f, const json_t *cgroup,
		       struct share *ret)
{
	const char *name = facts_text(cgroup, "name");
	struct share s = { .weight = (double)facts_int(cgroup, "weight") };

	if (s.weight <= 0 || json_is_true(json_object_get(cgroup, "limited")) ||
	    json_is_true(json_object_get(cgroup, "restless")))
		return false;
	for (size_t i = 0; i < json_array_size(f->worker); i++) {
		const json_t *w = json_array_get(f->worker, i);

		if (is_below(facts_text(w, "cgroup"), name) &&
		    !add_worker(&s, w))
			return false;
	}
	*ret = s;
	return s.workers > 0;
}

static bool are_siblings(const char *a, const char *b)
{
	const char *x = strrchr(a, '/'), *y = strrchr(b, '/');

	if (!x || !y)
		return !x && !y;
	return x - a == y - b && strncmp(a, b, (size_t)(x - a)) == 0;
}

/* Part @total among @n by weight; who cannot use its part gets what it can. */
static void part(struct share *s, size_t n, double total)
{
	bool again = true;

	while (again) {
		double weights = 0, left = total;

		again = false;
		for (size_t i = 0; i < n; i++) {
			weights += s[i].full ? 0 : s[i].weight;
			left -= s[i].full ? s[i].due_ns : 0;
		}
		for (size_t i = 0; i < n; i++) {
			double most = s[i].workers * s[i].wall_ns;

			if (s[i].full)
				continue;
			s[i].due_ns = left * s[i].weight / weights;
			if (s[i].due_ns <= most)
				continue;
			s[i].due_ns = most;
			s[i].full = again = true;
		}
	}
}

static int count_cpus(const char *list)
{
	cpu_set_t set;
	size_t at;

	return cpulist_parse(list, &set, &at) < 0 ? 0 : CPU_COUNT(&set);
}

/* Compare the first of @s with itself and the others. */
static void compare(struct share *s, size_t n, const char *name,
		    struct weight_share *ret)
{
	double total = 0, error;
	unsigned int workers = 0;

	for (size_t i = 0; i < n; i++) {
		total += s[i].cpu_ns;
		workers += s[i].workers;
	}
	if (n < 2 || total <= 0 ||
	    workers <= (unsigned int)count_cpus(s->allowed))
		return;
	part(s, n, total);
	error = fabs(s->cpu_ns / s->due_ns - 1) * 100;
	if (error <= ret->error_percent)
		return;
	*ret = (struct weight_share){ name, error, s->cpu_ns * 100 / total,
				      s->due_ns * 100 / total };
}

int weights_read(const struct facts *f, struct weights *ret)
{
	size_t count = json_array_size(f->cgroup);
	struct share *s = calloc(count + 1, sizeof(*s));

	*ret = (struct weights){ 0 };
	if (!s)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (!read_share(f, json_array_get(f->cgroup, i), &s[i]))
			s[i] = (struct share){ 0 };
	}
	*ret = (struct weights){ f->cgroup, s };
	return 0;
}

void weights_done(struct weights *w)
{
	free(w->share);
	*w = (struct weights){ 0 };
}

/* Of cgroup number @at, among its siblings. */
static void add_cgroup(const struct weights *w, size_t at,
		       struct weight_share *ret)
{
	size_t count = json_array_size(w->cgroup), n = 1;
	auto_free struct share *s = calloc(count + 1, sizeof(*s));
	const char *name = facts_text(json_array_get(w->cgroup, at), "name");

	if (!s || !w->share[at].workers)
		return;
	s[0] = w->share[at];
	for (size_t i = 0; i < count; i++) {
		const json_t *other = json_array_get(w->cgroup, i);

		if (i != at && w->share[i].workers &&
		    are_siblings(facts_text(other, "name"), name) &&
		    strcmp(w->share[i].allowed, s[0].allowed) == 0 &&
		    !lives_differ(w->share[i].wall_ns, s[0].wall_ns))
			s[n++] = w->share[i];
	}
	compare(s, n, name, ret);
}

void weight_share_of(const struct weights *w, const char *cgroup,
		     struct weight_share *ret)
{
	struct weight_share s = { "", -1, -1, -1 };

	for (size_t i = 0; i < json_array_size(w->cgroup); i++) {
		const json_t *c = json_array_get(w->cgroup, i);

		if (!cgroup || is_below(cgroup, facts_text(c, "name")))
			add_cgroup(w, i, &s);
	}
	*ret = s;
}
