/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpuset-read.c - cpusets and affinities as tests spell them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/spec/test-parts.h"

/* Higher numbers of LLCs, nodes or shares are on no machine we make. */
#define INDEX_MAX 511

static const struct {
	const char *name;
	enum cpuset_kind kind;
	size_t min_words, max_words; /* behind the name */
	const char *usage;
} kind_table[] = {
	{ "llc", CPUSET_LLC, 1, 2, "llc I' or 'llc I usable" },
	{ "numa", CPUSET_NUMA, 1, 2, "numa N' or 'numa N usable" },
	{ "range", CPUSET_RANGE, 2, 2, "range A B" },
	{ "disjoint", CPUSET_DISJOINT, 1, 1,
	  "disjoint I/OF' or 'disjoint each" },
	{ "overlap", CPUSET_OVERLAP, 2, 2, "overlap I/OF F" },
	{ "misaligned", CPUSET_MISALIGNED, 1, 1, "misaligned I/2" },
	{ "each", CPUSET_EACH, 0, 0, "each" },
	{ "cpu", CPUSET_CPU, 1, 1, "cpu AMOUNT" },
	{ "cpus", CPUSET_EXACT, 1, 1, "cpus LIST" },
};
#define KIND_COUNT (sizeof(kind_table) / sizeof(kind_table[0]))
static const char *const kind_names[] = { "llc",	"numa",	   "range",
					  "disjoint",	"overlap", "cpus",
					  "misaligned", "each",	   "cpu",
					  NULL };

static int read_list(const char *text, const struct place *at, struct diag *d,
		     cpu_set_t *ret)
{
	size_t offset = 0;
	int r = cpulist_parse(text, ret, &offset);

	if (r == -EINVAL) {
		struct place bad = place_part(at, offset, 1);

		diag_add(d, &bad, "'%s' is no list of CPUs such as 0-3,8",
			 text);
	} else if (r < 0) {
		diag_add(d, at, "a CPU in '%s' is above %d", text,
			 CPU_SETSIZE - 1);
	} else if (CPU_COUNT(ret) == 0) {
		diag_add(d, at, "the list of CPUs is empty");
	}
	return r;
}

void nodes_read(const char *text, const struct place *at, struct diag *d,
		cpu_set_t *ret)
{
	size_t offset = 0;
	int r = cpulist_parse(text, ret, &offset);
	struct place bad = *at;

	if (r == -EINVAL && *text)
		bad = place_part(at, offset, 1);
	if (r < 0 || CPU_COUNT(ret) == 0)
		diag_add(d, &bad, "'%s' is no list of NUMA nodes such as 0-1",
			 text);
}

/* "I/OF" */
static void read_fraction(const struct value_word *w, struct diag *d,
			  struct cpuset_spec *ret)
{
	char *slash = strchr(w->text, '/');
	size_t head = slash ? (size_t)(slash - w->text) : 0;

	if (!slash) {
		diag_add(d, &w->at,
			 "a share is written I/OF, such as 0/2, not '%s'",
			 w->text);
		return;
	}
	struct place of = place_part(&w->at, head + 1, strlen(slash + 1));
	struct place index = place_part(&w->at, 0, head);
	*slash = '\0';
	if (read_count_at(slash + 1, &of, "the number of shares", d, 1,
			  INDEX_MAX, &ret->of) == 0)
		(void)read_count_at(w->text, &index, "this share", d, 0,
				    ret->of - 1, &ret->index);
	*slash = '/';
}

static void read_range(const struct value_word *w, struct diag *d,
		       struct cpuset_spec *ret)
{
	if (read_share_at(w[0].text, &w[0].at, d, &ret->from) < 0 ||
	    read_share_at(w[1].text, &w[1].at, d, &ret->to) < 0)
		return;
	if (ret->from >= ret->to)
		diag_add(d, &w[1].at,
			 "a range ends above its start: %s is not above %s",
			 w[1].text, w[0].text);
}

/* "I" or "I usable" */
static void read_index(const struct value_word *w, size_t count,
		       const char *what, struct diag *d,
		       struct cpuset_spec *ret)
{
	(void)read_count_at(w->text, &w->at, what, d, 0, INDEX_MAX,
			    &ret->index);
	if (count < 2)
		return;
	ret->usable = strcmp(w[1].text, "usable") == 0;
	if (!ret->usable)
		diag_add(d, &w[1].at,
			 "behind the number only 'usable' may stand, not '%s'",
			 w[1].text);
}

/* A cpuset is the same whatever number of workers the test has. */
static void read_cpu(const struct value_word *w, struct diag *d,
		     struct cpuset_spec *ret)
{
	if (amount_read_at(w->text, &w->at, "the CPU", d, 0, CPU_SETSIZE - 1,
			   &ret->cpu) == 0 &&
	    amount_has_workers(&ret->cpu))
		diag_add(d, &w->at,
			 "which CPU it is cannot depend on 'workers'");
}

/* @count words @w behind the name */
static void read_kind(const struct value_word *w, size_t count, struct diag *d,
		      struct cpuset_spec *ret)
{
	switch (ret->kind) {
	case CPUSET_LLC:
		read_index(w, count, "the LLC", d, ret);
		break;
	case CPUSET_NUMA:
		read_index(w, count, "the NUMA node", d, ret);
		break;
	case CPUSET_RANGE:
		read_range(w, d, ret);
		break;
	case CPUSET_OVERLAP:
		(void)read_share_at(w[1].text, &w[1].at, d, &ret->from);
		read_fraction(w, d, ret);
		break;
	case CPUSET_DISJOINT:
		ret->each = strcmp(w->text, "each") == 0;
		if (!ret->each)
			read_fraction(w, d, ret);
		break;
	case CPUSET_MISALIGNED:
		read_fraction(w, d, ret);
		if (ret->of && ret->of != 2)
			diag_add(d, &w->at,
				 "there are two misaligned shares, 0/2 and "
				 "1/2, not '%s'",
				 w->text);
		break;
	case CPUSET_CPU:
		read_cpu(w, d, ret);
		break;
	case CPUSET_EXACT:
		(void)read_list(w->text, &w->at, d, &ret->exact);
		break;
	case CPUSET_EACH:
	case CPUSET_NONE:
		break;
	}
}

int cpuset_read(const struct value_words *w, size_t first,
		const struct place *at, struct diag *d, struct cpuset_spec *ret)
{
	if (w->count <= first) {
		diag_add(d, at,
			 "a cpuset is missing: llc I, numa N, range A B, "
			 "disjoint I/OF, overlap I/OF F, misaligned I/2, each, "
			 "cpu AMOUNT or cpus LIST");
		return 0;
	}
	const struct value_word *name = &w->item[first];
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (strcmp(kind_table[i].name, name->text) != 0)
			continue;
		size_t behind = w->count - first - 1;

		if (behind < kind_table[i].min_words ||
		    behind > kind_table[i].max_words) {
			diag_add(d, &name->at, "this cpuset is written '%s'",
				 kind_table[i].usage);
			return 0;
		}
		ret->kind = kind_table[i].kind;
		read_kind(name + 1, behind, d, ret);
		return 0;
	}
	complain_of_name(d, &name->at, "kind of cpuset", name->text, kind_names,
			 NULL);
	return 0;
}

const char *const affinity_names[] = {
	[AFFINITY_INHERIT] = "inherit", [AFFINITY_RANDOM] = "random",
	[AFFINITY_LLC] = "llc",		[AFFINITY_CROSS] = "cross",
	[AFFINITY_SINGLE] = "single",	[AFFINITY_EACH] = "each",
	[AFFINITY_FIRST] = "first:N",	[AFFINITY_EXACT] = "cpus:LIST",
	[AFFINITY_EXACT + 1] = NULL
};

const char *cpuset_usage(size_t index)
{
	return index < KIND_COUNT ? kind_table[index].usage : NULL;
}

int affinity_read(const char *text, const struct place *at, struct diag *d,
		  struct affinity *ret)
{
	const char *const *names = affinity_names;

	if (strncmp(text, "cpus:", 5) == 0) {
		struct place list = place_part(at, 5, strlen(text + 5));

		ret->kind = AFFINITY_EXACT;
		(void)read_list(text + 5, &list, d, &ret->exact);
		return 0;
	}
	if (strncmp(text, "first:", 6) == 0) {
		struct place count = place_part(at, 6, strlen(text + 6));

		ret->kind = AFFINITY_FIRST;
		(void)read_count_at(text + 6, &count, "'first'", d, 1,
				    TOPOLOGY_CPUS_MAX, &ret->count);
		return 0;
	}
	for (size_t i = 0; i < AFFINITY_FIRST; i++) {
		if (strcmp(names[i], text) != 0)
			continue;
		ret->kind = (enum affinity_kind)i;
		return 0;
	}
	complain_of_name(d, at, "affinity", text, names, NULL);
	return 0;
}
