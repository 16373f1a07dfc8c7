/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verifier-judge.c - what grew since the baseline. */
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"
#include "tools/gauntlet/verifier.h"
#include "tools/lib/cleanup.h"

static const char *kernel_of(const struct verified *p)
{
	return p->of[OF_KERNEL];
}

/* The kernel of the baseline that stands for @kernel: itself; or, since a new
 * build has a name of its own, the only one that there is; else NULL. */
static const char *base_kernel(const struct verifier *v, const char *kernel)
{
	const char *only = v->base_count ? kernel_of(&v->base_item[0]) : NULL;

	for (size_t i = 0; i < v->base_count; i++) {
		if (strcmp(kernel_of(&v->base_item[i]), kernel) == 0)
			return kernel;
		if (only && strcmp(kernel_of(&v->base_item[i]), only) != 0)
			only = NULL;
	}
	return only;
}

/* All but the kernel. */
static bool is_same(const struct verified *a, const struct verified *b)
{
	for (size_t i = 0; i < OFS; i++) {
		if (i != OF_KERNEL && strcmp(a->of[i], b->of[i]) != 0)
			return false;
	}
	return true;
}

static const struct verified *find_base(const struct verifier *v,
					const struct verified *p)
{
	const char *kernel = base_kernel(v, kernel_of(p));

	for (size_t i = 0; kernel && i < v->base_count; i++) {
		const struct verified *b = &v->base_item[i];

		if (strcmp(kernel_of(b), kernel) == 0 && is_same(b, p))
			return b;
	}
	return NULL;
}

static void judge(const struct verifier *v, struct verified *p)
{
	for (size_t i = 0; p->base && i < SIZES; i++) {
		int64_t now = p->size[i], before = p->base->size[i];

		if (v->bound[i] < 0 || now < 0 || before < 0)
			continue;
		/* Whole numbers on both sides: exactly the bound is none above
		 * it, whatever 1 + 15 / 100 is as a double. */
		p->grown[i] = (double)(now - before) * 100 >
			      (double)before * v->bound[i];
	}
}

/* Is @p the first program of its kernel? */
static bool is_first(const struct verifier *v, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(kernel_of(&v->item[i]),
			   kernel_of(&v->item[index])) == 0)
			return false;
	}
	return true;
}

static void look_at_kernel(struct verifier *v, const char *kernel)
{
	const char *base = base_kernel(v, kernel);
	auto_str struct str why = { 0 };

	if (!base) {
		str_addf(&why,
			 "this kernel is not in '%s', which has %s; --save "
			 "writes it anew",
			 v->baseline,
			 v->base_count ? "several others" : "none");
		verifier_add_trouble(v, kernel, str_text(&why));
	} else if (strcmp(base, kernel) != 0) {
		note("kernel %s is compared with %s, the only one of '%s'",
		     kernel, base, v->baseline);
	}
}

void verifier_judge(struct verifier *v)
{
	if (!v->baseline)
		return;
	for (size_t i = 0; i < v->count; i++) {
		if (is_first(v, i))
			look_at_kernel(v, kernel_of(&v->item[i]));
		v->item[i].base = find_base(v, &v->item[i]);
		judge(v, &v->item[i]);
	}
}

size_t verifier_refused(const struct verifier *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->count; i++)
		n += !v->item[i].accepted;
	return n;
}

static bool has_grown(const struct verified *p)
{
	for (size_t i = 0; i < SIZES; i++) {
		if (p->grown[i])
			return true;
	}
	return false;
}

size_t verifier_grown(const struct verifier *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->count; i++)
		n += has_grown(&v->item[i]);
	return n;
}

/* Was the profile that @b is of looked at, and @b is not there? */
static bool is_gone(const struct verifier *v, const struct verified *b)
{
	bool looked = false;

	for (size_t i = 0; i < v->count; i++) {
		const struct verified *p = &v->item[i];
		const char *kernel = base_kernel(v, kernel_of(p));

		if (p->base == b)
			return false;
		looked |=
			kernel && strcmp(kernel, kernel_of(b)) == 0 &&
			strcmp(p->of[OF_SCHEDULER], b->of[OF_SCHEDULER]) == 0 &&
			strcmp(p->of[OF_PRESET], b->of[OF_PRESET]) == 0 &&
			strcmp(p->of[OF_PROFILE], b->of[OF_PROFILE]) == 0;
	}
	return looked;
}

const struct verified *verifier_gone(const struct verifier *v, size_t *at)
{
	while (*at < v->base_count) {
		const struct verified *b = &v->base_item[(*at)++];

		if (is_gone(v, b))
			return b;
	}
	return NULL;
}
