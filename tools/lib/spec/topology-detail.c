/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology-detail.c - details as text, and the one copy of each. */
#include "tools/lib/spec/topology-detail.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/str.h"

static struct topology_detail *all;

void topology_detail_free(struct topology_detail *d)
{
	if (!d)
		return;
	free(d->text);
	free(d->llc_cores);
	free(d->core_threads);
	free(d->node_cpus);
	free(d->memory);
	free(d->distance);
	free(d->latency);
	free(d->bandwidth);
	free(d->cache);
	free(d);
}

const struct topology_detail *topology_intern(struct topology_detail *d)
{
	for (const struct topology_detail *o = all; o; o = o->next) {
		if (strcmp(o->text, d->text) == 0) {
			topology_detail_free(d);
			return o;
		}
	}
	d->next = all;
	all = d;
	return d;
}

void topology_forget(void)
{
	while (all) {
		struct topology_detail *d = all;

		all = d->next;
		topology_detail_free(d);
	}
}

static void add_lead(struct str *out, const char *key, unsigned int i)
{
	if (i)
		str_add(out, ",");
	else
		str_addf(out, " %s=", key);
}

/* "key=1,2,..." with "-" in place of 0 when @dash is set. */
static void add_numbers(struct str *out, const char *key, const uint32_t *list,
			unsigned int count, const char *unit, bool dash)
{
	for (unsigned int i = 0; list && i < count; i++) {
		add_lead(out, key, i);
		if (list[i] || !dash)
			str_addf(out, "%" PRIu32 "%s", list[i],
				 list[i] ? unit : "");
		else
			str_add(out, "-");
	}
}

static void add_bytes(struct str *out, const char *key, const uint8_t *list,
		      unsigned int count)
{
	for (unsigned int i = 0; list && i < count; i++) {
		add_lead(out, key, i);
		str_addf(out, "%u", list[i]);
	}
}

static void add_set(struct str *out, const char *before, const cpu_set_t *set)
{
	str_add(out, before);
	if (CPU_COUNT(set))
		cpulist_format(out, set);
	else
		str_add(out, "-");
}

static void add_caches(struct str *out, const struct memory_cache *list,
		       unsigned int count)
{
	for (unsigned int i = 0; list && i < count; i++) {
		str_add(out, i ? "," : " memory-cache=");
		if (!list[i].mib)
			str_add(out, "-");
		else
			str_addf(out, "%" PRIu32 "M/%s/%s/%u", list[i].mib,
				 list[i].complex ? "complex" : "direct",
				 list[i].write_through ? "write-through"
						       : "write-back",
				 list[i].line);
	}
}

/* How many cores there are, from the LLCs. */
static unsigned int count_cores(const struct topology *t,
				const struct topology_detail *d)
{
	unsigned int cores = 0;

	for (unsigned int llc = 0; llc < t->llcs; llc++)
		cores += d->llc_cores ? d->llc_cores[llc] : t->cores;
	return cores;
}

/* FNV-1a of 32 bits: no program that reads topologies needs a library for it.
 */
static uint32_t hash_of(const char *text)
{
	uint32_t hash = 2166136261;

	while (*text)
		hash = (hash ^ (unsigned char)*text++) * 16777619;
	return hash;
}

int topology_write_detail(const struct topology *t, struct topology_detail *d)
{
	struct topology plain = *t;
	char shape[TOPOLOGY_TEXT_SIZE];
	unsigned int pairs = t->nodes * t->nodes;
	struct str out = { 0 };

	plain.detail = NULL;
	topology_format(&plain, shape);
	str_add(&out, shape);
	if (d->packages)
		str_addf(&out, " packages=%u", d->packages);
	for (unsigned int i = 0; d->llc_cores && i < t->llcs; i++) {
		str_add(&out, i ? "," : " cores=");
		str_addf(&out, "%u", d->llc_cores[i]);
	}
	add_bytes(&out, "threads", d->core_threads, count_cores(t, d));
	for (unsigned int i = 0; d->node_cpus && i < t->nodes; i++)
		add_set(&out, i ? "/" : " cpus=", &d->node_cpus[i]);
	add_numbers(&out, "memory", d->memory, t->nodes, "M", false);
	add_bytes(&out, "distances", d->distance, pairs);
	add_numbers(&out, "latency", d->latency, pairs, "", true);
	add_numbers(&out, "bandwidth", d->bandwidth, pairs, "M", true);
	add_caches(&out, d->cache, t->nodes);
	if (CPU_COUNT(&d->offline))
		add_set(&out, " offline=", &d->offline);
	if (d->no_numa)
		str_add(&out, " numa=off");
	if (out.failed)
		return -ENOMEM;
	free(d->text);
	d->text = str_take(&out);
	snprintf(d->name, sizeof(d->name), "%.32s-%08" PRIx32, shape,
		 hash_of(d->text));
	return strlen(d->text) < TOPOLOGY_TEXT_SIZE ? 0 : -E2BIG;
}
