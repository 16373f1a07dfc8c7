/* SPDX-License-Identifier: GPL-2.0-or-later */
/* map-op.h - a value in a BPF map of the scheduler, as an op names it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/spec/diag.h"

#define MAP_CPUS_MAX 512

/**
 * struct map_op - "MAP[KEY]@CPU FIELD", and what the op wants there
 * @map: its name, as the kernel has it; one that begins with "." is any that
 *	 ends so; NULL: this op is none of maps
 * @has_key, @key: an array's index, or a hash's key, which is a number
 * @has_cpu, @cpu: of a map that has a value for each CPU: this one alone
 * @field: "name", "name.member", "name[3].member"; NULL: the whole value
 * @value: to write
 * @min, @max, @is: what is read must not be below, above, other; or NULL
 */
struct map_op {
	char *map;
	bool has_key;
	uint64_t key;
	bool has_cpu;
	unsigned int cpu;
	char *field, *value, *min, *max, *is;
};

struct value_words;

/**
 * map_op_read() - read the words of "write-map" or "read-map"
 * @w: at least one
 * @write: the last word is the value
 *
 * Whether the scheduler has such a map, and what type the field is of, is known
 * in the guest alone.
 *
 * Return: 0, also when something is wrong and @d tells it; -ENOMEM.
 */
int map_op_read(const struct value_words *w, bool write, struct diag *d,
		struct map_op *ret);
void map_op_done(struct map_op *m);

/**
 * struct map_number - a number as it is written, of 64 bits
 * @negative: it was written with "-", and @bits are of two's complement
 */
struct map_number {
	uint64_t bits;
	bool negative;
};

/* A decimal number, with or without "-", or a hexadecimal one after "0x".
 * Return: 0, -EINVAL: it is none, -ERANGE: it needs more than 64 bits. */
int map_number_parse(const char *text, struct map_number *ret);

/* Below 0, 0 or above 0, as @a is less than, equal to or more than @b. */
int map_number_compare(const struct map_number *a, const struct map_number *b);
