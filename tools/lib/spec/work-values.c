/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-values.c - the values of "policy=", "nice=", "phases=", "mem=" and
 * "mem-flags=". */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/spec/test-parts.h"
#include "tools/lib/spec/work-parts.h"

#define PHASE_NS_MIN UINT64_C(10000)
#define PHASE_NS_MAX (UINT64_C(60) * 1000000000)
#define NODES_MAX    64

const char *const policy_names[] = {
	[POLICY_NORMAL] = "normal", [POLICY_BATCH] = "batch",
	[POLICY_IDLE] = "idle",	    [POLICY_FIFO] = "fifo",
	[POLICY_RR] = "rr",	    [POLICY_RR + 1] = NULL
};

const char *const mem_names[MEM_KINDS + 1] = {
	[MEM_DEFAULT] = "default",
	[MEM_BIND] = "bind",
	[MEM_PREFERRED] = "preferred",
	[MEM_INTERLEAVE] = "interleave",
	[MEM_LOCAL] = "local",
	[MEM_PREFERRED_MANY] = "preferred-many",
	[MEM_WEIGHTED_INTERLEAVE] = "weighted-interleave",
};

const char *const mem_flag_names[] = { "static", "relative", "balancing",
				       NULL };

int policy_read(const char *text, const struct place *at, struct diag *d,
		enum work_policy *ret, unsigned int *ret_priority)
{
	const char *const *names = policy_names;
	size_t len = strcspn(text, ":");
	struct place head = place_part(at, 0, len);
	char name[32];

	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	for (size_t i = 0; names[i]; i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		bool realtime = i == POLICY_FIFO || i == POLICY_RR;

		*ret = (enum work_policy)i;
		*ret_priority = realtime ? 1 : 0;
		if (!text[len])
			return 0;
		const char *digits = text + len + 1;
		struct place behind = place_part(at, len + 1, strlen(digits));
		if (realtime)
			return read_count_at(digits, &behind,
					     "a real-time priority", d, 1,
					     WORK_PRIORITY_MAX, ret_priority);
		diag_add(d, &behind,
			 "policy '%s' has no priority; only fifo and rr have",
			 name);
		return -EINVAL;
	}
	complain_of_name(d, &head, "policy", name, names, NULL);
	return -EINVAL;
}

int nice_read(const char *text, const struct place *at, const char *what,
	      struct diag *d, int *ret)
{
	bool negative = text[0] == '-';
	unsigned int value = 0;
	const char *digits = text + negative;
	size_t len = strspn(digits, "0123456789");

	for (size_t i = 0; i < len && i < 3; i++)
		value = value * 10 + (unsigned int)(digits[i] - '0');
	if (len == 0 || len > 2 || digits[len] || value > 19U + negative) {
		diag_add(d, at, "%s is a number from -20 to 19, not '%s'", what,
			 text);
		return -EINVAL;
	}
	*ret = negative ? -(int)value : (int)value;
	return 0;
}

/* Cut *@rest at the first comma; NULL when nothing is left. */
static char *next_item(char **rest)
{
	char *item = *rest, *comma;

	if (!item)
		return NULL;
	comma = strchr(item, ',');
	*rest = comma ? comma + 1 : NULL;
	if (comma)
		*comma = '\0';
	return item;
}

/* One "spin:10ms" at @at. */
static void read_phase(char *text, const struct place *at, struct diag *d,
		       struct work *w)
{
	static const char *const names[] = { [WORK_PHASE_SPIN] = "spin",
					     [WORK_PHASE_SLEEP] = "sleep",
					     [WORK_PHASE_YIELD] = "yield",
					     [WORK_PHASE_IO] = "io",
					     NULL };
	char *colon = strchr(text, ':');
	struct work_phase p = { 0 };
	unsigned int kind = 0;

	if (colon)
		*colon = '\0';
	while (names[kind] && strcmp(names[kind], text) != 0)
		kind++;
	if (!names[kind]) {
		struct place name = place_part(at, 0, strlen(text));

		complain_of_name(d, &name, "phase", text, names, NULL);
		return;
	}
	if (!colon) {
		diag_add(d, at, "phase '%s' needs a time: %s:10ms", text, text);
		return;
	}
	size_t offset = (size_t)(colon + 1 - text);
	struct place time = place_part(at, offset, strlen(colon + 1));

	p.kind = (enum work_phase_kind)kind;
	if (read_time_at(colon + 1, &time, text, d, PHASE_NS_MIN, PHASE_NS_MAX,
			 &p.ns) == 0)
		w->phase[w->phase_count++] = p;
}

void work_read_phases(char *text, const struct place *at, struct diag *d,
		      struct work *ret)
{
	char *rest = text, *item;
	unsigned int count = 0;

	while ((item = next_item(&rest))) {
		struct place here =
			place_part(at, (size_t)(item - text), strlen(item));

		if (count++ == WORK_PHASES_MAX) {
			diag_add(d, &here, "there are at most %d phases",
				 WORK_PHASES_MAX);
			break;
		}
		read_phase(item, &here, d, ret);
	}
	/* Something stood there: that none is right was said above. */
	if (ret->phase_count == 0)
		ret->phase[ret->phase_count++] = (struct work_phase){ 0 };
}

/* "0-2,5" as bits; false, and a complaint. */
static bool read_nodes(const char *text, const struct place *at, struct diag *d,
		       uint64_t *ret)
{
	cpu_set_t set;
	size_t bad;

	if (cpulist_parse(text, &set, &bad) < 0 || CPU_COUNT(&set) == 0) {
		diag_add(d, at, "'%s' is no list of nodes such as 0-1,3", text);
		return false;
	}
	*ret = 0;
	for (unsigned int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &set))
			continue;
		if (i >= NODES_MAX) {
			diag_add(d, at, "node %u is above %d", i,
				 NODES_MAX - 1);
			return false;
		}
		*ret |= UINT64_C(1) << i;
	}
	return true;
}

void work_read_mem(char *text, const struct place *at, struct diag *d,
		   struct mem_policy *ret)
{
	const char *const *names = mem_names;
	char *colon = strchr(text, ':');
	unsigned int kind = MEM_BIND;
	uint64_t nodes = 0;

	if (colon)
		*colon = '\0';
	while (names[kind] && strcmp(names[kind], text) != 0)
		kind++;
	struct place name = place_part(at, 0, strlen(text));
	if (!names[kind]) {
		complain_of_name(d, &name, "memory policy", text, names + 1,
				 NULL);
		return;
	}
	if ((kind == MEM_LOCAL) != !colon) {
		diag_add(d, &name,
			 colon ? "'local' has no nodes"
			       : "'%s' needs its nodes: %s:0",
			 text, text);
		return;
	}
	if (colon) {
		size_t offset = (size_t)(colon + 1 - text);
		struct place list = place_part(at, offset, strlen(colon + 1));

		if (!read_nodes(colon + 1, &list, d, &nodes))
			return;
		if (kind == MEM_PREFERRED && (nodes & (nodes - 1))) {
			diag_add(d, &list,
				 "'preferred' has one node; "
				 "'preferred-many' has several");
			return;
		}
	}
	ret->kind = (enum mem_kind)kind;
	ret->nodes = nodes;
}

void work_read_mem_flags(char *text, const struct place *at, struct diag *d,
			 struct mem_policy *ret)
{
	const char *const *names = mem_flag_names;
	char *rest = text, *item;

	while ((item = next_item(&rest))) {
		struct place here =
			place_part(at, (size_t)(item - text), strlen(item));
		unsigned int i = 0;

		while (names[i] && strcmp(names[i], item) != 0)
			i++;
		if (!names[i])
			complain_of_name(d, &here, "flag of memory", item,
					 names, NULL);
		else if (ret->flags & 1U << i)
			diag_add(d, &here, "'%s' is given twice", item);
		else
			ret->flags |= 1U << i;
	}
}

/* The rules of set_mempolicy(2): what it would refuse is refused here. */
void work_check_mem(const struct mem_policy *m, const struct place *at,
		    struct diag *d)
{
	if (m->flags && m->kind == MEM_DEFAULT)
		diag_add(d, at, "'mem-flags' needs 'mem'");
	else if ((m->flags & MEM_STATIC) && (m->flags & MEM_RELATIVE))
		diag_add(d, at, "'static' and 'relative' nodes cannot be both");
	else if (m->kind == MEM_LOCAL && (m->flags & ~MEM_BALANCING))
		diag_add(d, at,
			 "'local' has no nodes that could be static or "
			 "relative");
	else if ((m->flags & MEM_BALANCING) && m->kind != MEM_BIND &&
		 m->kind != MEM_PREFERRED_MANY)
		diag_add(d, at,
			 "'balancing' is for 'bind' and 'preferred-many'");
}
