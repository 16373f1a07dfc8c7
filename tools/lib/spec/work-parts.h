/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-parts.h - the parser of work lines, part by part (private to it). */
#pragma once

#include <stddef.h>

#include "tools/lib/spec/read.h"
#include "tools/lib/spec/work.h"

enum work_field_kind {
	FIELD_NUMBER,
	FIELD_TIME, /* ns */
	FIELD_SIZE, /* bytes */
	FIELD_PHASES,
	FIELD_YES,
};

/**
 * struct work_option - an option that only some types have
 * @offset: of the uint64_t in struct work, for numbers, times and sizes
 * @min, @max: of those
 */
struct work_option {
	const char *name;
	enum work_field_kind kind;
	size_t offset;
	uint64_t min, max;
};

#define WORK_OPTIONS	 12
#define WORK_OWN_OPTIONS 4

/* @option is the place in work_option_table, plus 1; 0 ends the list. */
struct work_default {
	unsigned int option;
	uint64_t value;
};

/**
 * struct work_info - one type of work
 * @own: its options, with their defaults
 */
struct work_info {
	struct work_default own[WORK_OWN_OPTIONS + 1];
};

extern const struct work_option work_option_table[WORK_OPTIONS];
extern const struct work_info work_info[WORK_TYPES];

/* Which option of that type is called @name? NULL: none. */
const struct work_option *work_find_option(enum work_type type,
					   const char *name);

/* Readers of values: each complains once, and leaves *ret alone then. */
void work_read_phases(char *text, const struct place *at, struct diag *d,
		      struct work *ret);
void work_read_mem(char *text, const struct place *at, struct diag *d,
		   struct mem_policy *ret);
void work_read_mem_flags(char *text, const struct place *at, struct diag *d,
			 struct mem_policy *ret);
/* Names by enum mem_kind and by bit of enum mem_flag; NULL behind the last. */
extern const char *const mem_names[MEM_KINDS + 1], *const mem_flag_names[];
/* Do flags and policy go together? */
void work_check_mem(const struct mem_policy *m, const struct place *at,
		    struct diag *d);
