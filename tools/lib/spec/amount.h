/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amount.h - a number of workers or copies, which may depend on the machine:
 * "4", "cpus*2", "max(8,3*(cpus-1))".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/spec/diag.h"
#include "tools/lib/why.h"

struct machine;

/* More operands and operators than that are refused. */
#define AMOUNT_STEPS 32

/**
 * struct amount - an expression in the order in which it is worked out
 * @step:  @count of them: operands, and operators behind their operands; 0 of
 *	   them: nothing was written
 *
 * It holds no pointers: copy it, forget it.
 */
struct amount {
	unsigned int count;
	struct amount_step {
		uint8_t kind; /* private to amount.c */
		uint32_t value;
	} step[AMOUNT_STEPS];
};

/* What the names in an expression stand for. */
struct amount_machine {
	unsigned int cpus, usable, llcs, nodes, llc_cpus, workers;
};

/* Those of @m; @workers is the test's setting. */
struct amount_machine amount_machine_of(const struct machine *m,
					unsigned int workers);

/**
 * amount_parse() - read an expression
 * @text: numbers up to 1000000, the names cpus, usable, llcs, nodes, llc-cpus
 *	  and workers, + - * / (rounded down), parentheses, min(a,b), max(a,b);
 *	  no blanks
 * @ret_offset: where it is wrong, in bytes
 *
 * Return: 0, or -EINVAL (no expression), -E2BIG (too long, or 16 parentheses
 * deep) and @reterr_why.
 */
int amount_parse(const char *text, struct amount *ret, size_t *ret_offset,
		 struct why *reterr_why);

static inline bool amount_is_set(const struct amount *a)
{
	return a->count > 0;
}

/* Has it the same value on each machine? */
bool amount_is_constant(const struct amount *a);
/* Is the test's "workers" in it? */
bool amount_has_workers(const struct amount *a);

/**
 * amount_eval() - its value on a machine
 *
 * Return: 0; -ERANGE and @reterr_why when it divides by zero, is negative, or
 * goes beyond 2^53 on the way.
 */
int amount_eval(const struct amount *a, const struct amount_machine *m,
		uint64_t *ret, struct why *reterr_why);

/**
 * amount_eval_in() - the same, within bounds
 * @what: names the amount in the message, such as "'workers'"
 *
 * Return: 0; -ERANGE and @reterr_why.
 */
int amount_eval_in(const struct amount *a, const struct amount_machine *m,
		   const char *what, unsigned int min, unsigned int max,
		   unsigned int *ret, struct why *reterr_why);

/**
 * amount_read_at() - an amount in a file
 * @what, @min, @max: as in read_count_at(); what is the same on each machine is
 *	  compared here, the rest by amount_eval_in()
 *
 * Return: 0, or -EINVAL, a complaint, and *@ret as it was.
 */
int amount_read_at(const char *text, const struct place *at, const char *what,
		   struct diag *d, unsigned int min, unsigned int max,
		   struct amount *ret);
