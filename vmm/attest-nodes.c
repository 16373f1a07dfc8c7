/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attest-nodes.c - nodes: CPUs, distances, memory and how it is reached. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "vmm/attest-parts.h"
#include "vmm/facts.h"
#include "vmm/memory.h"

/* Of all RAM the firmware keeps some below 1 MiB and some for its tables. */
#define FIRMWARE_KIB 2048
/* Interrupt controllers and timers answer here. */
#define DEVICES_FIRST 0xfe000000LL
#define DEVICES_LAST  0xffffffffLL

static int check_distances(const struct attesting *a, const json_t *node,
			   unsigned int id)
{
	const json_t *list = json_object_get(node, "distances");

	if (json_array_size(list) != a->t->nodes)
		return why_set(a->why, -EINVAL,
			       "node %u has %zu distances, not %u", id,
			       json_array_size(list), a->t->nodes);
	for (unsigned int to = 0; to < a->t->nodes; to++) {
		long long have = json_integer_value(json_array_get(list, to));
		unsigned int want = topology_distance(a->t, id, to);

		if (have != want)
			return why_set(a->why, -EINVAL,
				       "the distance from node %u to %u is "
				       "%lld, not %u",
				       id, to, have, want);
	}
	return 0;
}

static int check_cpus(const struct attesting *a, const json_t *node,
		      unsigned int id)
{
	const char *have = facts_text(node, "cpus");
	char want[CPUS_TEXT_SIZE];
	cpu_set_t set;

	attest_set(a, number_of_node, id, &set);
	attest_text(&set, want);
	if (facts_int(node, "id") != id || strcmp(have, want) != 0)
		return why_set(a->why, -EINVAL, "node %u has CPUs %s, not %s",
			       id, *have ? have : "(none)",
			       *want ? want : "(none)");
	return 0;
}

unsigned int attest_node_mib(const struct attesting *a, unsigned int n)
{
	return memory_of_node(a->t, a->memory_mib, n);
}

static int check_size(const struct attesting *a, const json_t *node,
		      unsigned int id)
{
	const json_t *have = json_object_get(node, "present_kib");
	long long kib = json_integer_value(have);
	long long want = (long long)attest_node_mib(a, id) * 1024;

	if (!a->memory_mib || !have)
		return 0;
	if (kib > want || kib < want - FIRMWARE_KIB)
		return why_set(a->why, -EINVAL,
			       "node %u has %lld KiB of memory, not %lld", id,
			       kib, want);
	return 0;
}

static int check_number(const struct attesting *a, const json_t *object,
			const char *key, const char *what, unsigned int node,
			long long want)
{
	const json_t *have = json_object_get(object, key);

	if (!have)
		return why_set(a->why, -EINVAL,
			       "the guest does not tell the %s of node %u "
			       "(the kernel lacks CONFIG_ACPI_HMAT?)",
			       what, node);
	if (json_integer_value(have) != want)
		return why_set(a->why, -EINVAL,
			       "the %s of node %u is %lld, not %lld", what,
			       node, (long long)json_integer_value(have), want);
	return 0;
}

/* The first class of access: from the CPUs that are nearest. */
static int check_access(const struct attesting *a, const json_t *memory,
			unsigned int id)
{
	static const struct {
		const char *key, *what;
		bool is_speed;
	} part[] = {
		{ "read_latency", "read latency", false },
		{ "write_latency", "write latency", false },
		{ "read_bandwidth", "read bandwidth", true },
		{ "write_bandwidth", "write bandwidth", true },
	};
	const struct topology_detail *d = a->t->detail;
	unsigned int from = topology_initiator(a->t, id);
	size_t pair = (size_t)from * a->t->nodes + id;
	const json_t *class =
		json_array_get(json_object_get(memory, "access"), 0);
	const char *initiators = facts_text(class, "initiators");
	char want[16];
	int r = 0;

	snprintf(want, sizeof(want), "%u", from);
	if (class && strcmp(initiators, want) != 0)
		return why_set(a->why, -EINVAL,
			       "the memory of node %u is nearest to node %s, "
			       "not %s",
			       id, initiators, want);
	for (size_t i = 0; r == 0 && i < sizeof(part) / sizeof(part[0]); i++)
		r = check_number(a, class, part[i].key, part[i].what, id,
				 part[i].is_speed ? d->bandwidth[pair]
						  : d->latency[pair]);
	return r;
}

static int check_cache(const struct attesting *a, const json_t *memory,
		       unsigned int id)
{
	const struct memory_cache *c = &a->t->detail->cache[id];
	const json_t *have = json_object_get(memory, "cache");
	int r;

	if (!c->mib && have)
		return why_set(a->why, -EINVAL,
			       "the memory of node %u has a cache", id);
	if (!c->mib)
		return 0;
	r = check_number(a, have, "size", "memory-side cache's size", id,
			 (long long)c->mib << 20);
	if (r == 0)
		r = check_number(a, have, "line_size",
				 "memory-side cache's line size", id, c->line);
	if (r == 0)
		r = check_number(a, have, "indexing",
				 "memory-side cache's indexing", id,
				 c->complex);
	if (r == 0)
		r = check_number(a, have, "write_policy",
				 "memory-side cache's write policy", id,
				 c->write_through);
	return r;
}

static int check_memory(const struct attesting *a, unsigned int id)
{
	const struct topology_detail *d = a->t->detail;
	const json_t *memory =
		json_array_get(json_object_get(a->frame, "memory"), id);
	bool has_memory = !d || !d->memory || d->memory[id];
	int r = check_size(a, memory, id);

	if (r == 0 && d && d->latency && has_memory)
		r = check_access(a, memory, id);
	if (r == 0 && d && d->cache)
		r = check_cache(a, memory, id);
	return r;
}

/* All of the RAM is there, and none where devices answer. */
static int check_ram(const struct attesting *a)
{
	const json_t *list = json_object_get(a->frame, "ram");
	long long sum = 0, want = (long long)a->memory_mib * 1024;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *range = json_array_get(list, i);
		long long first = json_integer_value(json_array_get(range, 0));
		long long last = json_integer_value(json_array_get(range, 1));

		if (last >= DEVICES_FIRST && first <= DEVICES_LAST)
			return why_set(a->why, -EINVAL,
				       "the guest has RAM from 0x%llx to "
				       "0x%llx, where devices answer",
				       first, last);
		sum += (last - first + 1) / 1024;
	}
	if (a->memory_mib && list && (sum > want || sum < want - FIRMWARE_KIB))
		return why_set(a->why, -EINVAL,
			       "the guest has %lld KiB of RAM, not %lld", sum,
			       want);
	return 0;
}

int attest_nodes(const struct attesting *a)
{
	const json_t *list = json_object_get(a->frame, "nodes");
	int r = 0;

	if (json_array_size(list) != a->t->nodes)
		return why_set(a->why, -EINVAL,
			       "%u nodes were declared, the guest has %zu",
			       a->t->nodes, json_array_size(list));
	for (unsigned int id = 0; r == 0 && id < a->t->nodes; id++) {
		const json_t *node = json_array_get(list, id);

		r = check_cpus(a, node, id);
		if (r == 0)
			r = check_distances(a, node, id);
		if (r == 0)
			r = check_memory(a, id);
	}
	return r == 0 ? check_ram(a) : r;
}
