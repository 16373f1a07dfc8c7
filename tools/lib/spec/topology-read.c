/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology-read.c - the words behind a shape: which there are, in what order.
 */
#include "tools/lib/spec/topology-read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/diag.h"

#define BLANK " \t"

/*
 * In the order in which they are read, which may not be that of the text: which
 * CPUs there are is known after the cores and threads, what a node must have
 * after its CPUs.
 */
static const struct {
	const char *name;
	int (*read)(struct topology_reading *r);
} keys[] = {
	{ "cores", read_cores },
	{ "threads", read_threads },
	{ "packages", read_packages },
	{ "cpus", read_node_cpus },
	{ "memory", read_memory },
	{ "distances", read_distances },
	{ "latency", read_latency },
	{ "bandwidth", read_bandwidth },
	{ "memory-cache", read_memory_cache },
	{ "offline", read_offline },
	{ "numa", read_numa },
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* What people will look for, and why it is not there. */
static const struct {
	const char *name, *why;
} impossible[] = {
	{ "llc-sizes", "QEMU's CPU models give every last-level cache the same "
		       "size; LLCs can differ in their cores: cores=4,2" },
	{ "spare", "under TCG a kernel does not count CPUs that could be "
		   "plugged in later; offline= gives CPUs that are possible "
		   "and present, but not online" },
};

int complain(struct topology_reading *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (r->why)
		vsnprintf(r->why->text, sizeof(r->why->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static size_t value_length(const char *value)
{
	return strcspn(value, BLANK);
}

void items_begin(struct item_list *l, struct topology_reading *r)
{
	l->r = r;
	l->next = r->value;
}

bool items_next(struct item_list *l, char separator)
{
	const char *end, *item = l->next;
	size_t len;

	if (!item)
		return false;
	len = value_length(item);
	end = memchr(item, separator, len);
	if (end)
		len = (size_t)(end - item);
	l->next = end ? end + 1 : NULL;
	snprintf(l->item, sizeof(l->item), "%.*s",
		 (int)(len < ITEM_SIZE ? len : ITEM_SIZE - 1), item);
	l->r->at.at = (size_t)(item - l->r->text);
	l->r->at.len = len ? len : 1;
	return true;
}

int check_items(struct topology_reading *r, char separator, unsigned int count,
		const char *key, const char *what)
{
	size_t len = value_length(r->value);
	unsigned int found = 1;

	for (size_t i = 0; i < len; i++)
		found += r->value[i] == separator;
	if (found == count)
		return 0;
	return complain(r,
			"%s= has %u value%s, wanted is one for each of %u %s",
			key, found, found == 1 ? "" : "s", count, what);
}

static int find_key(struct topology_reading *r, const char *word, size_t len,
		    size_t *ret)
{
	const char *names[KEYS + 1] = { NULL }, *near;
	char name[32];

	snprintf(name, sizeof(name), "%.*s", (int)(len < 31 ? len : 31), word);
	for (*ret = 0; *ret < KEYS; ++*ret) {
		names[*ret] = keys[*ret].name;
		if (strcmp(name, keys[*ret].name) == 0)
			return 0;
	}
	for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]);
	     i++) {
		if (strcmp(name, impossible[i].name) == 0)
			return complain(r, "%s= cannot be had: %s", name,
					impossible[i].why);
	}
	near = diag_nearest(name, names);
	return complain(r, "a topology has no word '%s='%s%s%s", name,
			near ? ", did you mean '" : "", near ? near : "",
			near ? "='?" : "");
}

/* Find the value of each key. */
static int split(struct topology_reading *r, const char *p,
		 const char *values[KEYS])
{
	for (p += strspn(p, BLANK); *p; p += strspn(p, BLANK)) {
		size_t len = value_length(p), key;
		const char *equals = memchr(p, '=', len);
		int e;

		r->at = (struct topology_fault){ (size_t)(p - r->text), len };
		if (!equals)
			return complain(r,
					"'%.*s' behind the shape is no "
					"KEY=VALUE",
					(int)(len < 64 ? len : 64), p);
		e = find_key(r, p, (size_t)(equals - p), &key);
		if (e < 0)
			return e;
		if (values[key])
			return complain(r, "%s= is given twice",
					keys[key].name);
		if (equals + 1 == p + len)
			return complain(r, "%s= has no value", keys[key].name);
		values[key] = equals + 1;
		p += len;
	}
	return 0;
}

/* Where the word of @value stands, as a whole. */
static void point_at(struct topology_reading *r, size_t key, const char *value)
{
	size_t name = strlen(keys[key].name) + 1;

	r->value = value;
	r->at.at = (size_t)(value - r->text) - name;
	r->at.len = name + value_length(value);
}

static void count_cpus(struct topology_reading *r)
{
	const struct topology *t = r->t;
	unsigned int core = 0;

	r->cpus = 0;
	for (unsigned int llc = 0; llc < t->llcs; llc++) {
		unsigned int n =
			r->d->llc_cores ? r->d->llc_cores[llc] : t->cores;

		for (; n > 0; n--, core++)
			r->cpus += r->d->core_threads ? r->d->core_threads[core]
						      : t->threads;
	}
	r->cores = core;
}

static int read_values(struct topology_reading *r, const char *values[KEYS])
{
	int e = 0;

	for (size_t key = 0; key < KEYS && e == 0; key++) {
		if (!values[key])
			continue;
		/* For those that are read behind it. */
		count_cpus(r);
		point_at(r, key, values[key]);
		e = keys[key].read(r);
	}
	return e;
}

/* What two words together say. */
static int check_together(struct topology_reading *r)
{
	const struct topology_detail *d = r->d;

	for (unsigned int n = 0; d->latency && d->memory && n < r->t->nodes;
	     n++) {
		if (!d->memory[n])
			return complain(r,
					"latency= needs memory in each node, "
					"node %u has none: QEMU's HMAT would "
					"tell of it, and Linux throws such a "
					"table away",
					n);
	}
	if (!d->latency != !d->bandwidth)
		return complain(r, "latency= and bandwidth= need each other");
	if (d->cache && !d->latency)
		return complain(r, "memory-cache= needs latency= and "
				   "bandwidth= beside it");
	return 0;
}

int topology_read_detail(const char *text, size_t from, struct topology *t,
			 struct topology_fault *reterr_at,
			 struct why *reterr_why)
{
	const char *values[KEYS] = { NULL };
	struct topology_reading r = { .text = text, .t = t, .why = reterr_why };
	bool any = false;
	int e = split(&r, text + from, values);

	for (size_t i = 0; i < KEYS; i++)
		any |= values[i] != NULL;
	if (e == 0 && any) {
		r.d = calloc(1, sizeof(*r.d));
		e = r.d ? read_values(&r, values) : -ENOMEM;
	}
	if (e == 0 && any)
		e = check_together(&r);
	if (e == 0 && any)
		e = topology_write_detail(t, r.d);
	if (e == -E2BIG)
		e = complain(&r, "this topology takes more than %d characters",
			     TOPOLOGY_TEXT_SIZE - 1);
	if (e == 0 && any)
		t->detail = topology_intern(r.d);
	else
		topology_detail_free(r.d);
	*reterr_at = r.at;
	if (e == -ENOMEM)
		return why_set(reterr_why, e, "out of memory");
	return e;
}
