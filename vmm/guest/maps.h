/* SPDX-License-Identifier: GPL-2.0-or-later */
/* maps.h - values in BPF maps of the scheduler under test. */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/spec/map-op.h"
#include "tools/lib/str.h"
#include "tools/lib/why.h"
#include "vmm/guest/field.h"

/**
 * struct map_bounds - what may be read, in the field's own terms
 * @is: of text it is compared as it is written
 */
struct map_bounds {
	bool has_min, has_max, has_is;
	struct map_number min, max, is;
};

/**
 * struct map - a field of one value of one map
 * @fd, @info: of the map
 * @btf:   of its value
 * @op:    who wants it
 * @count: values that a key has: as many as there are CPUs, in some types of
 *	   maps; else 1
 * @stride: bytes from one to the next
 * @shared, @shared_len: all of the map in our memory, where it allows that:
 *	    then a field is read and written alone
 * @values: room for three times the values of a key, unless @shared
 */
struct map {
	int fd;
	struct bpf_map_info info;
	struct btf *btf;
	const struct map_op *op;
	struct field field;
	struct map_bounds bounds;
	unsigned int count;
	size_t stride;
	char *shared, *values;
	size_t shared_len;
	unsigned char bytes[8]; /* to be written */
};

/**
 * map_find() - the map that @want names, of those that the scheduler has
 * @want: up to 15 characters count, as the kernel keeps no more; one that
 *	  begins with "." is any that ends so
 * @ret_info: what the kernel says of it
 *
 * The scheduler's maps are those that its programs use, and those that were
 * loaded with them: they share their types. Its programs are all that implement
 * struct sched_ext_ops.
 *
 * Return: a descriptor; -EINVAL and @reterr_why: there is none, or there are
 * several; -errno.
 */
int map_find(const char *want, struct bpf_map_info *ret_info,
	     struct why *reterr_why);

/**
 * map_open() - find what @op names, once the scheduler is loaded
 * @ret: map_close() it, also after an error
 *
 * All that can be known before the value is used is checked here: type, key,
 * field, the range of the value, whether the map may be written to.
 *
 * Return: 0, or -EINVAL, -errno and @reterr_why.
 */
int map_open(const struct map_op *op, struct map *ret, struct why *reterr_why);
void map_close(struct map *m);

/**
 * map_write() - write the field, and see that it was
 * @now: gets what is there afterwards
 *
 * Without @m->shared the whole value is read and written back: what BPF changes
 * in it in between is lost. A field that BPF changes at once is no error; one
 * that has its old value is.
 *
 * Return: 0, or -errno and @reterr_why.
 */
int map_write(struct map *m, struct str *now, struct why *reterr_why);

/**
 * map_read() - read the field
 * @now: gets its text; for each CPU one, with blanks between
 * @ret_ok: it is within the bounds; of values of several CPUs their sum
 *
 * Return: 0, or -errno and @reterr_why.
 */
int map_read(struct map *m, struct str *now, bool *ret_ok,
	     struct why *reterr_why);

/* Are the values of several CPUs meant? */
bool map_is_sum(const struct map *m);
