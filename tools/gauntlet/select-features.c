/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/select-features.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"
#include "tools/gauntlet/select-flags.h"

#define NS_PER_S UINT64_C(1000000000)

static const bool is_value_of[FEATURE_KINDS] = {
	[FEATURE_KERNEL] = true, [FEATURE_SCHEDULER] = true,
	[FEATURE_TEST] = true,	 [FEATURE_NODES] = true,
	[FEATURE_LLCS] = true,	 [FEATURE_CPUS] = true,
	[FEATURE_SMT] = true,	 [FEATURE_FLAG] = true,
	[FEATURE_CLOCK] = true,
};

__attribute__((format(printf, 3, 0))) static uint32_t
number_of(struct features *f, enum feature_kind kind, const char *fmt,
	  va_list ap)
{
	size_t before = f->names.count;
	char *name;
	uint32_t n;
	int len = vasprintf(&name, fmt, ap);

	if (len < 0)
		die(EX_BROKEN, "out of memory");
	n = name_table_add(&f->names, name, (size_t)len);
	free(name);
	if (n < before)
		return n;
	if (n >= f->room) {
		f->room = f->room ? 2 * f->room : 64;
		f->item =
			must(reallocarray(f->item, f->room, sizeof(*f->item)));
	}
	f->item[n] = (struct feature){ .kind = kind,
				       .is_value = is_value_of[kind],
				       .pair = NAME_NONE };
	return n;
}

/* The number of a feature by its name. */
static uint32_t feature(struct features *f, enum feature_kind kind,
			const char *fmt, ...) KTSTR_PRINTF(3, 4);
static uint32_t feature(struct features *f, enum feature_kind kind,
			const char *fmt, ...)
{
	va_list ap;
	uint32_t n;

	va_start(ap, fmt);
	n = number_of(f, kind, fmt, ap);
	va_end(ap);
	return n;
}

/* A list has each feature once. */
static void add(struct feature_list *list, uint32_t n)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->item[i] == n)
			return;
	}
	list->item = must(
		reallocarray(list->item, list->count + 1, sizeof(*list->item)));
	list->item[list->count++] = n;
}

/* Classes of sizes: upto[i-1] < @n <= upto[i]. */
static void add_size(struct features *f, struct feature_list *list,
		     enum feature_kind kind, const char *what, unsigned int n,
		     const unsigned int *upto)
{
	while (*upto && n > *upto)
		upto++;
	if (*upto)
		add(list, feature(f, kind, "%s <= %u", what, *upto));
	else
		add(list, feature(f, kind, "%s > %u", what, upto[-1]));
}

static void add_machine(struct features *f, uint32_t machine,
			const struct choice *v)
{
	static const unsigned int nodes[] = { 1, 2, 4, 0 };
	static const unsigned int llcs[] = { 1, 2, 4, 8, 0 };
	static const unsigned int cpus[] = { 1, 8, 16, 64, 128, 0 };
	const struct topology *t = &f->c->machine_of[machine];
	struct feature_list *list = &f->of_machine[machine];
	const char *preset = choice_part(f->c, v, VARIANT_PRESET);

	add(list, feature(f, FEATURE_PRESET, "preset %s", preset));
	if (!t->llcs) {
		f->item[list->item[0]].is_value = true;
		return;
	}
	add_size(f, list, FEATURE_NODES, "nodes", t->nodes, nodes);
	add_size(f, list, FEATURE_LLCS, "LLCs", t->llcs, llcs);
	add_size(f, list, FEATURE_CPUS, "CPUs", topology_cpus(t), cpus);
	add(list, feature(f, FEATURE_SMT, "SMT %s",
			  topology_has_smt(t) ? "on" : "off"));
}

static void add_ops(struct features *f, struct feature_list *list,
		    const struct test *t)
{
	for (size_t i = 0; i < t->step_count; i++) {
		for (size_t j = 0; j < t->step[i].op_count; j++)
			add(list,
			    feature(f, FEATURE_OP, "op %s",
				    op_kind_names[t->step[i].op[j].kind]));
	}
}

/* What is in the test's file; a test without one has its name alone. */
static void add_test(struct features *f, struct feature_list *list,
		     const struct test *t)
{
	uint64_t run_ns = test_run_ns(t);
	const struct work *w;

	for (char **tag = t->tags; tag && *tag; tag++)
		add(list, feature(f, FEATURE_TAG, "tag %s", *tag));
	for (size_t i = 0; (w = test_work(t, i)); i++)
		add(list, feature(f, FEATURE_WORK, "work %s",
				  work_type_names[w->type]));
	add_ops(f, list, t);
	add(list, feature(f, FEATURE_TRAIT, "%s",
			  run_ns <= 2 * NS_PER_S    ? "at most 2 s"
			  : run_ns <= 10 * NS_PER_S ? "at most 10 s"
						    : "more than 10 s"));
	if (t->performance)
		add(list, feature(f, FEATURE_TRAIT, "performance"));
	if (t->expect.class)
		add(list, feature(f, FEATURE_TRAIT, "expect fail"));
	if (t->payload_count)
		add(list, feature(f, FEATURE_TRAIT, "payloads"));
	if (t->workers > 2)
		add(list, feature(f, FEATURE_TRAIT, "more than 2 workers"));
}

static void add_part(struct features *f, const struct choice *v,
		     enum variant_part part)
{
	static const struct {
		enum feature_kind kind;
		const char *name;
	} kinds[VARIANT_PARTS] = {
		[VARIANT_KERNEL] = { FEATURE_KERNEL, "kernel" },
		[VARIANT_SCHEDULER] = { FEATURE_SCHEDULER, "scheduler" },
		[VARIANT_TEST] = { FEATURE_TEST, "test" },
		[VARIANT_CLOCK] = { FEATURE_CLOCK, "clock" },
		[VARIANT_SEED] = { FEATURE_SEED, "seed" },
	};
	uint32_t word = v->part[part];
	struct feature_list *list = &f->of_word[part][word];
	const char *text = choice_part(f->c, v, part);

	if (list->count || !kinds[part].name)
		return;
	add(list, feature(f, kinds[part].kind, "%s %s", kinds[part].name,
			  text + (part == VARIANT_SEED)));
	if (part == VARIANT_TEST && f->c->test_of[word])
		add_test(f, list, f->c->test_of[word]);
}

/* All flags of the scheduler, on or off. */
static void add_flags(struct features *f, struct flag_names *flags,
		      const struct choice *v)
{
	const char *scheduler = choice_part(f->c, v, VARIANT_SCHEDULER);
	const char *profile = choice_part(f->c, v, VARIANT_PROFILE);
	const struct flag_list *all = &flags->of[v->part[VARIANT_SCHEDULER]];
	struct feature_list *list = &f->of_flags[v->flags];

	list->item = must(calloc(all->count + 1, sizeof(*list->item)));
	for (size_t i = 0; i < all->count; i++) {
		struct flag_name *flag = &all->item[i];
		const char *name = name_table_text(&flags->names, flag->name);
		bool on = flag_is_on(profile, name);

		if (flag->feature[on] == NAME_NONE)
			flag->feature[on] =
				feature(f, FEATURE_FLAG, "flag %s.%s %s",
					scheduler, name, on ? "on" : "off");
		list->item[list->count++] = flag->feature[on];
	}
}

/* Each part, machine and set of flags that occurs gets its list once. */
static void list_all(struct features *f)
{
	const struct choices *c = f->c;
	struct flag_names flags = { 0 };

	flag_names_find(c, &flags);
	for (size_t i = 0; i < c->count; i++) {
		const struct choice *v = &c->item[i];

		if (!v->in)
			continue;
		for (size_t p = 0; p < VARIANT_PARTS; p++)
			add_part(f, v, (enum variant_part)p);
		if (!f->of_machine[v->machine].count)
			add_machine(f, v->machine, v);
		if (!f->of_flags[v->flags].item)
			add_flags(f, &flags, v);
	}
	flag_names_done(&flags);
}

static size_t lists_of(const struct features *f, const struct choice *v,
		       const struct feature_list *ret[VARIANT_PARTS + 2])
{
	size_t n = 0;

	for (size_t p = 0; p < VARIANT_PARTS; p++)
		ret[n++] = &f->of_word[p][v->part[p]];
	ret[n++] = &f->of_machine[v->machine];
	ret[n++] = &f->of_flags[v->flags];
	return n;
}

size_t features_of(const struct features *f, const struct choice *v,
		   uint32_t *ret)
{
	const struct feature_list *list[VARIANT_PARTS + 2];
	size_t n = lists_of(f, v, list), count = 0;

	for (size_t i = 0; i < n; i++) {
		if (!list[i]->count)
			continue;
		memcpy(ret + count, list[i]->item,
		       list[i]->count * sizeof(*ret));
		count += list[i]->count;
	}
	return count;
}

/* Who has what: a feature that all have makes no pairs. */
static void count_users(struct features *f)
{
	const struct feature_list *list[VARIANT_PARTS + 2];
	size_t in = 0;

	for (size_t i = 0; i < f->c->count; i++) {
		const struct choice *v = &f->c->item[i];
		size_t n, most = 0;

		if (!v->in)
			continue;
		in++;
		n = lists_of(f, v, list);
		for (size_t j = 0; j < n; j++) {
			most += list[j]->count;
			for (size_t k = 0; k < list[j]->count; k++)
				f->item[list[j]->item[k]].users++;
		}
		f->most = most > f->most ? most : f->most;
	}
	for (size_t i = 0; i < f->names.count; i++) {
		if (f->item[i].is_value && f->item[i].users < in)
			f->item[i].pair = (uint32_t)f->pair_count++;
	}
}

void features_find(const struct choices *c, struct features *ret)
{
	size_t words = c->words.count + 1;

	*ret = (struct features){ .c = c };
	for (size_t p = 0; p < VARIANT_PARTS; p++)
		ret->of_word[p] = must(calloc(words, sizeof(*ret->of_word[p])));
	ret->of_machine =
		must(calloc(c->machines.count + 1, sizeof(*ret->of_machine)));
	ret->of_flags =
		must(calloc(c->profiles.count + 1, sizeof(*ret->of_flags)));
	list_all(ret);
	count_users(ret);
}

static void free_lists(struct feature_list *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i].item);
	free(list);
}

void features_done(struct features *f)
{
	for (size_t p = 0; p < VARIANT_PARTS; p++)
		free_lists(f->of_word[p], f->c->words.count);
	free_lists(f->of_machine, f->c->machines.count);
	free_lists(f->of_flags, f->c->profiles.count);
	name_table_done(&f->names);
	free(f->item);
	*f = (struct features){ 0 };
}
