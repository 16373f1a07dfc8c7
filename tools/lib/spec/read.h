/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read.h - values of entries, read with complaints (private to the parsers).
 *
 * A reader that finds a bad value complains once and leaves *ret alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/spec/conf.h"
#include "tools/lib/spec/topology.h"

/* Names that later versions will know, and what to say beside them. */
struct planned {
	const char *name, *instead; /* @instead may be NULL */
};

/* One blank-separated word of a value, and its place. */
struct value_word {
	char *text;
	struct place at;
};

struct value_words {
	struct value_word *item;
	size_t count;
};

/* Cut a value at blanks, without quoting. Return: 0 or -ENOMEM. */
int value_words(const char *value, const struct place *at,
		struct value_words *ret);
void value_words_done(struct value_words *w);
#define auto_value_words __attribute__((cleanup(value_words_done)))

/* The part of @at that is @len bytes from @offset on. */
struct place place_part(const struct place *at, size_t offset, size_t len);

/**
 * complain_of_name() - a name that is not one of those that are built
 * @what:  what it would name, such as "key" or "work type"
 * @names: NULL-terminated, those that are; for "did you mean"
 * @planned: ends with a NULL name; a name in it is "not built yet"
 */
void complain_of_name(struct diag *d, const struct place *at, const char *what,
		      const char *name, const char *const *names,
		      const struct planned *planned);

/* True, and a complaint, when an earlier entry of @s has the key of @s's entry
 * @index. */
bool is_repeated(const struct conf_section *s, size_t index, struct diag *d);

/* Complain about all entries before the first section but "format". */
void check_head(const struct conf_section *head, struct diag *d);

/* "key = value" with one number from @min to @max. */
void read_count(const struct conf_entry *e, struct diag *d, unsigned int min,
		unsigned int max, unsigned int *ret);
/* The same for any text at a place, called @what in the complaint. */
int read_count_at(const char *text, const struct place *at, const char *what,
		  struct diag *d, unsigned int min, unsigned int max,
		  unsigned int *ret);
void read_time(const struct conf_entry *e, struct diag *d, uint64_t min_ns,
	       uint64_t max_ns, uint64_t *ret_ns);
int read_time_at(const char *text, const struct place *at, const char *what,
		 struct diag *d, uint64_t min_ns, uint64_t max_ns,
		 uint64_t *ret_ns);
void read_yesno(const struct conf_entry *e, struct diag *d, bool *ret);
/* Return: 0 or -ENOMEM. */
int read_topology(const struct conf_entry *e, struct diag *d,
		  struct topology *ret, bool *ret_has);
/* Words as a shell splits them, appended. Return: 0 or -ENOMEM. */
int read_args(const struct conf_entry *e, struct diag *d, char ***ret);
/* Names of flags or tags, appended; each once. Return: 0 or -ENOMEM. */
int read_names(const struct conf_entry *e, struct diag *d, const char *what,
	       char ***ret);

/* A number from 0 to 1 with decimals, "0.25". */
int read_share_at(const char *text, const struct place *at, struct diag *d,
		  double *ret);

/* The first entry of @s with the key, or NULL. */
const struct conf_entry *section_find(const struct conf_section *s,
				      const char *key);

/* Where @key stands in the section [@kind @name], or its header, or line 1. */
const struct place *place_of(const struct conf *c, const char *kind,
			     const char *name, const char *key);

/* Is @name made of letters, digits and @more, and not empty? */
bool is_name(const char *name, const char *more);

/**
 * name_of_file() - a declaration's or a test's name from its path
 * @ending: ".sched" or ".test"; taken off where it is there
 *
 * Complains when it is no name that can stand in a variant's.
 *
 * Return: the name, or NULL when memory ran out.
 */
char *name_of_file(const struct conf *c, const char *ending, struct diag *d);
