/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/amount.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "tools/lib/spec/cpuset.h"
#include "tools/lib/spec/read.h"

#define DEPTH_MAX  16
#define NUMBER_MAX 1000000
#define VALUE_MAX  (INT64_C(1) << 53)

enum { STEP_NUMBER, STEP_NAME, STEP_OP };

/* In order of the names below. */
enum {
	NAME_CPUS,
	NAME_USABLE,
	NAME_LLC_CPUS,
	NAME_LLCS,
	NAME_NODES,
	NAME_WORKERS
};
static const char *const names[] = { "cpus", "usable", "llc-cpus",
				     "llcs", "nodes",  "workers" };
#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

/* The rest of a text, and what came of the front. */
struct parse {
	const char *text, *at;
	unsigned int depth;
	struct amount *a;
	struct why *why;
};

struct amount_machine amount_machine_of(const struct machine *m,
					unsigned int workers)
{
	struct amount_machine r = { .llcs = m->llc_count,
				    .nodes = m->node_count,
				    .workers = workers };

	r.cpus = (unsigned int)CPU_COUNT(&m->all);
	r.usable = r.cpus > 2 ? r.cpus - 1 : r.cpus;
	if (m->llc_count)
		r.llc_cpus = (unsigned int)CPU_COUNT(&m->llc[0]);
	return r;
}

static int add_step(struct parse *p, uint8_t kind, uint32_t value)
{
	if (p->a->count == AMOUNT_STEPS)
		return why_set(p->why, -E2BIG,
			       "this is longer than %d numbers, names and "
			       "operators",
			       AMOUNT_STEPS);
	p->a->step[p->a->count++] = (struct amount_step){ kind, value };
	return 0;
}

static int parse_sum(struct parse *p);

static int expect(struct parse *p, char c)
{
	if (*p->at != c)
		return why_set(p->why, -EINVAL, "a '%c' is missing", c);
	p->at++;
	return 0;
}

/* "(a)" or "(a,b)" and then @op */
static int parse_inner(struct parse *p, char op)
{
	int r = expect(p, '(');

	if (r == 0 && ++p->depth > DEPTH_MAX)
		return why_set(p->why, -E2BIG,
			       "more than %d parentheses in each other",
			       DEPTH_MAX);
	if (r == 0)
		r = parse_sum(p);
	if (r == 0 && op)
		r = expect(p, ',');
	if (r == 0 && op)
		r = parse_sum(p);
	if (r == 0)
		r = expect(p, ')');
	if (r < 0)
		return r;
	p->depth--;
	return op ? add_step(p, STEP_OP, (uint32_t)op) : 0;
}

static int parse_number(struct parse *p)
{
	uint32_t value = 0;
	const char *begin = p->at;

	for (; *p->at >= '0' && *p->at <= '9'; p->at++) {
		value = value * 10 + (uint32_t)(*p->at - '0');
		if (value <= NUMBER_MAX)
			continue;
		p->at = begin;
		return why_set(p->why, -EINVAL, "a number in it is above %d",
			       NUMBER_MAX);
	}
	return add_step(p, STEP_NUMBER, value);
}

static int parse_operand(struct parse *p)
{
	if (*p->at >= '0' && *p->at <= '9')
		return parse_number(p);
	if (*p->at == '(')
		return parse_inner(p, 0);
	if (strncmp(p->at, "min(", 4) == 0 || strncmp(p->at, "max(", 4) == 0) {
		char op = p->at[1] == 'i' ? '<' : '>';

		p->at += 3;
		return parse_inner(p, op);
	}
	for (size_t i = 0; i < NAME_COUNT; i++) {
		size_t len = strlen(names[i]);

		if (strncmp(p->at, names[i], len) != 0 ||
		    is_name((const char[]){ p->at[len], '\0' }, "_."))
			continue;
		p->at += len;
		return add_step(p, STEP_NAME, (uint32_t)i);
	}
	return why_set(p->why, -EINVAL,
		       "a number, cpus, usable, llcs, nodes, llc-cpus, "
		       "workers, min(a,b) or max(a,b) is missing");
}

static int parse_product(struct parse *p)
{
	int r = parse_operand(p);

	while (r == 0 && (*p->at == '*' || *p->at == '/')) {
		char op = *p->at++;

		r = parse_operand(p);
		if (r == 0)
			r = add_step(p, STEP_OP, (uint32_t)op);
	}
	return r;
}

static int parse_sum(struct parse *p)
{
	int r = parse_product(p);

	while (r == 0 && (*p->at == '+' || *p->at == '-')) {
		char op = *p->at++;

		r = parse_product(p);
		if (r == 0)
			r = add_step(p, STEP_OP, (uint32_t)op);
	}
	return r;
}

int amount_parse(const char *text, struct amount *ret, size_t *ret_offset,
		 struct why *reterr_why)
{
	struct amount a = { 0 };
	struct parse p = { text, text, 0, &a, reterr_why };
	int r = parse_sum(&p);

	if (r == 0 && *p.at)
		r = why_set(reterr_why, -EINVAL,
			    "an operator, one of + - * /, is missing");
	if (r == 0)
		*ret = a;
	else
		*ret_offset = (size_t)(p.at - text);
	return r;
}

static bool has_name(const struct amount *a, int name)
{
	for (unsigned int i = 0; i < a->count; i++) {
		if (a->step[i].kind == STEP_NAME &&
		    (name < 0 || a->step[i].value == (uint32_t)name))
			return true;
	}
	return false;
}

bool amount_is_constant(const struct amount *a)
{
	return !has_name(a, -1);
}

bool amount_has_workers(const struct amount *a)
{
	return has_name(a, NAME_WORKERS);
}

/* Operands are at most VALUE_MAX apart from 0 where that matters: no overflow
 * but in a product. */
static int apply(char op, int64_t a, int64_t b, int64_t *ret, struct why *why)
{
	int64_t r = 0;
	bool beyond = false;

	if (op == '/' && b == 0)
		return why_set(why, -ERANGE, "it divides by zero");
	switch (op) {
	case '+':
		r = a + b;
		break;
	case '-':
		r = a - b;
		break;
	case '*':
		beyond = __builtin_mul_overflow(a, b, &r);
		break;
	case '/':
		/* Down, also below zero: C rounds towards it. */
		r = a / b - (a % b != 0 && (a < 0) != (b < 0));
		break;
	case '<':
		r = a < b ? a : b;
		break;
	case '>':
		r = a > b ? a : b;
		break;
	}
	if (beyond || r > VALUE_MAX || r < -VALUE_MAX)
		return why_set(why, -ERANGE, "it is too large");
	*ret = r;
	return 0;
}

static int64_t value_of(const struct amount_step *s,
			const struct amount_machine *m)
{
	const unsigned int value[NAME_COUNT] = {
		[NAME_CPUS] = m->cpus,	       [NAME_USABLE] = m->usable,
		[NAME_LLC_CPUS] = m->llc_cpus, [NAME_LLCS] = m->llcs,
		[NAME_NODES] = m->nodes,       [NAME_WORKERS] = m->workers,
	};

	return s->kind == STEP_NUMBER ? s->value : value[s->value];
}

int amount_eval(const struct amount *a, const struct amount_machine *m,
		uint64_t *ret, struct why *reterr_why)
{
	int64_t stack[AMOUNT_STEPS] = { 0 };
	unsigned int n = 0;
	int r = 0;

	for (unsigned int i = 0; r == 0 && i < a->count; i++) {
		const struct amount_step *s = &a->step[i];

		if (s->kind != STEP_OP) {
			stack[n++] = value_of(s, m);
			continue;
		}
		n--;
		r = apply((char)s->value, stack[n - 1], stack[n], &stack[n - 1],
			  reterr_why);
	}
	if (r < 0)
		return r;
	if (stack[0] < 0)
		return why_set(reterr_why, -ERANGE,
			       "it is %" PRIi64 ", which is below zero",
			       stack[0]);
	*ret = (uint64_t)stack[0];
	return 0;
}

int amount_eval_in(const struct amount *a, const struct amount_machine *m,
		   const char *what, unsigned int min, unsigned int max,
		   unsigned int *ret, struct why *reterr_why)
{
	struct why why;
	uint64_t value;

	if (amount_eval(a, m, &value, &why) < 0)
		return why_set(reterr_why, -ERANGE,
			       "%s has no value from %u to %u: %s", what, min,
			       max, why.text);
	if (value < min || value > max)
		return why_set(reterr_why, -ERANGE,
			       "%s is %" PRIu64 ", not from %u to %u", what,
			       value, min, max);
	*ret = (unsigned int)value;
	return 0;
}

/* Where the sentence of a wrong expression points to. */
static void complain(const char *text, const struct place *at, size_t offset,
		     const char *what, const struct why *why, struct diag *d)
{
	struct place bad = *at;

	if (offset < strlen(text))
		bad = place_part(at, offset, 1);
	diag_add(d, &bad,
		 "%s is a number or an amount such as max(2,cpus/2), not '%s': "
		 "%s",
		 what, text, why->text);
}

int amount_read_at(const char *text, const struct place *at, const char *what,
		   struct diag *d, unsigned int min, unsigned int max,
		   struct amount *ret)
{
	static const struct amount_machine none;
	unsigned int number;
	struct amount a;
	struct why why = { .text = "" };
	size_t offset;

	/* One number and nothing else is the common case. */
	if (strspn(text, "0123456789") == strlen(text)) {
		if (read_count_at(text, at, what, d, min, max, &number) < 0)
			return -EINVAL;
		*ret = (struct amount){ 1, { { STEP_NUMBER, number } } };
		return 0;
	}
	if (amount_parse(text, &a, &offset, &why)) {
		complain(text, at, offset, what, &why, d);
		return -EINVAL;
	}
	if (amount_is_constant(&a) &&
	    amount_eval_in(&a, &none, what, min, max, &number, &why) < 0) {
		diag_add(d, at, "%s", why.text);
		return -EINVAL;
	}
	*ret = a;
	return 0;
}
