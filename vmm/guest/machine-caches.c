/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine-caches.c - packages, dies, and the caches of each level. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "vmm/guest/json.h"
#include "vmm/guest/machine-details.h"
#include "vmm/guest/sysfs.h"

#define LEVELS_MAX 8

/* One cache. @id is UINT64_MAX when the kernel gives none. */
struct cache {
	uint64_t level, id;
	char type[16], size[16];
	cpu_set_t cpus;
	int first;
};

struct caches {
	struct cache *item;
	size_t count;
};

static void add_set_of(int root, const char *file, const char *key,
		       struct str *out)
{
	cpu_set_t set;

	if (sysfs_cpus(root, file, &set, NULL) == 0)
		json_cpus(out, key, &set);
}

/* The different sets that a file of each CPU holds, in order. */
static void add_groups(int root, const cpu_set_t *online, const char *file,
		       const char *key, struct str *out)
{
	cpu_set_t seen;
	bool any = false;

	CPU_ZERO(&seen);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		struct sysfs_path path =
			sysfs_path("cpu/cpu%d/topology/%s", cpu, file);
		cpu_set_t set;

		if (!CPU_ISSET(cpu, online) || CPU_ISSET(cpu, &seen))
			continue;
		if (sysfs_cpus(root, path.text, &set, NULL) < 0)
			continue;
		CPU_OR(&seen, &seen, &set);
		if (!any)
			json_key(out, key);
		str_add(out, any ? ",\"" : "[\"");
		cpulist_format(out, &set);
		str_add(out, "\"");
		any = true;
	}
	if (any)
		str_add(out, "]");
}

void details_cpus(int root, const cpu_set_t *online, struct str *out)
{
	add_set_of(root, "cpu/present", "present", out);
	add_set_of(root, "cpu/possible", "possible", out);
	add_set_of(root, "cpu/isolated", "isolated", out);
	add_groups(root, online, "core_siblings_list", "packages", out);
	add_groups(root, online, "die_cpus_list", "dies", out);
}

static void read_text(int root, int cpu, int index, const char *file,
		      char ret[16])
{
	struct sysfs_path path =
		sysfs_path("cpu/cpu%d/cache/index%d/%s", cpu, index, file);
	auto_free char *text = NULL;

	if (sysfs_line(root, path.text, &text) == 0)
		snprintf(ret, 16, "%.15s", text);
}

/* Return: false when there is no such cache. */
static bool read_cache(int root, int cpu, int index, struct cache *ret)
{
	struct sysfs_path path;

	*ret = (struct cache){ .id = UINT64_MAX };
	path = sysfs_path("cpu/cpu%d/cache/index%d/level", cpu, index);
	if (sysfs_number(root, path.text, &ret->level) < 0)
		return false;
	path = sysfs_path("cpu/cpu%d/cache/index%d/shared_cpu_list", cpu,
			  index);
	if (sysfs_cpus(root, path.text, &ret->cpus, NULL) < 0)
		return false;
	path = sysfs_path("cpu/cpu%d/cache/index%d/id", cpu, index);
	(void)sysfs_number(root, path.text, &ret->id);
	read_text(root, cpu, index, "type", ret->type);
	read_text(root, cpu, index, "size", ret->size);
	ret->first = cpulist_first(&ret->cpus);
	return true;
}

static bool is_kind(const struct cache *a, const struct cache *b)
{
	return a->level == b->level && strcmp(a->type, b->type) == 0 &&
	       strcmp(a->size, b->size) == 0;
}

static void add_cache(struct caches *all, const struct cache *c,
		      struct str *out)
{
	struct cache *grown;

	for (size_t i = 0; i < all->count; i++) {
		const struct cache *o = &all->item[i];

		if (o->first == c->first && o->id == c->id && is_kind(o, c) &&
		    CPU_EQUAL(&o->cpus, &c->cpus))
			return;
	}
	grown = reallocarray(all->item, all->count + 1, sizeof(*grown));
	if (!grown) {
		out->failed = true;
		return;
	}
	all->item = grown;
	grown[all->count++] = *c;
}

/* All caches that are like number @i, which is the first of them. */
static void add_kind(const struct caches *all, size_t i, struct str *out)
{
	const struct cache *kind = &all->item[i];
	struct str ids = { 0 };

	str_addf(out, "{\"level\":%u,\"type\":", (unsigned int)kind->level);
	json_quote(out, kind->type);
	json_text(out, "size", kind->size);
	json_key(out, "cpus");
	for (const char *lead = "["; i < all->count; i++) {
		const struct cache *c = &all->item[i];

		if (!is_kind(kind, c))
			continue;
		str_addf(out, "%s\"", lead);
		cpulist_format(out, &c->cpus);
		str_add(out, "\"");
		str_addf(&ids, "%s%lld", lead, (long long)c->id);
		lead = ",";
	}
	str_addf(out, "],\"ids\":%s]}", str_text(&ids));
	out->failed |= ids.failed;
	str_done(&ids);
}

void details_caches(int root, const cpu_set_t *online, struct str *out)
{
	struct caches all = { 0 };
	const char *lead = "";

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		struct cache c;

		if (!CPU_ISSET(cpu, online))
			continue;
		for (int i = 0; i < LEVELS_MAX && read_cache(root, cpu, i, &c);
		     i++)
			add_cache(&all, &c, out);
	}
	json_key(out, "caches");
	str_add(out, "[");
	for (size_t i = 0; i < all.count; i++) {
		size_t first = 0;

		while (!is_kind(&all.item[first], &all.item[i]))
			first++;
		if (first < i)
			continue;
		str_add(out, lead);
		add_kind(&all, i, out);
		lead = ",";
	}
	str_add(out, "]");
	free(all.item);
}
