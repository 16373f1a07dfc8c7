/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/stats-wakes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct bucket {
	int64_t ns, count;
};

struct pool {
	struct bucket *bucket;
	size_t size;
};

static int by_ns(const void *a, const void *b)
{
	const struct bucket *x = a, *y = b;

	return (x->ns > y->ns) - (x->ns < y->ns);
}

/* Buckets as report_frame() of the guest writes them: [[floor, count], ...]. */
static int add_worker(struct pool *p, const json_t *wakes)
{
	const json_t *list = json_object_get(wakes, "buckets");
	size_t n = json_array_size(list);
	struct bucket *grown =
		reallocarray(p->bucket, p->size + n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	p->bucket = grown;
	for (size_t i = 0; i < n; i++) {
		const json_t *pair = json_array_get(list, i);
		int64_t count = json_integer_value(json_array_get(pair, 1));

		if (count > 0)
			p->bucket[p->size++] = (struct bucket){
				json_integer_value(json_array_get(pair, 0)),
				count
			};
	}
	return 0;
}

static int64_t at_share(const struct pool *p, int64_t count, int permille)
{
	/* ceil(count * share), at least the first */
	int64_t rank = (int64_t)ceil((double)count * permille / 1000);
	int64_t seen = 0;

	for (size_t i = 0; i < p->size; i++) {
		seen += p->bucket[i].count;
		if (seen >= rank)
			return p->bucket[i].ns;
	}
	return 0;
}

static double deviation_over_mean(const struct pool *p, int64_t count)
{
	double sum = 0, squares = 0, mean;

	if (count < 2)
		return -1;
	for (size_t i = 0; i < p->size; i++)
		sum += (double)p->bucket[i].ns * (double)p->bucket[i].count;
	mean = sum / (double)count;
	if (mean <= 0)
		return 0;
	for (size_t i = 0; i < p->size; i++)
		squares += pow((double)p->bucket[i].ns - mean, 2) *
			   (double)p->bucket[i].count;
	return sqrt(squares / (double)count) / mean;
}

int wakes_of(const struct facts *f, const char *cgroup, struct wakes *ret)
{
	struct pool p = { 0 };
	struct wakes s = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_array_size(f->worker); i++) {
		const json_t *w = json_array_get(f->worker, i);
		const json_t *wakes = json_object_get(w, "wakes");

		if (cgroup && strcmp(facts_text(w, "cgroup"), cgroup) != 0)
			continue;
		if (facts_int(wakes, "max_ns") > s.max_ns)
			s.max_ns = facts_int(wakes, "max_ns");
		r = add_worker(&p, wakes);
	}
	if (p.size > 0)
		qsort(p.bucket, p.size, sizeof(*p.bucket), by_ns);
	for (size_t i = 0; i < p.size; i++)
		s.count += p.bucket[i].count;
	s.p50_ns = at_share(&p, s.count, 500);
	s.p90_ns = at_share(&p, s.count, 900);
	s.p99_ns = at_share(&p, s.count, 990);
	s.p999_ns = at_share(&p, s.count, 999);
	s.cv = deviation_over_mean(&p, s.count);
	free(p.bucket);
	*ret = s;
	return r;
}
