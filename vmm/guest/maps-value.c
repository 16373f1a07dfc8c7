/* SPDX-License-Identifier: GPL-2.0-or-later */
/* maps-value.c - the value of a map's field, read and written. */
#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "vmm/guest/maps.h"

bool map_is_sum(const struct map *m)
{
	return m->count > 1 && !m->op->has_cpu;
}

/* All values of the key: what is shared, or a copy at @room. */
static int look_up(const struct map *m, char *room, const char **ret,
		   struct why *reterr_why)
{
	uint64_t key = m->op->key;
	int r;

	*ret = m->shared ? m->shared + key * m->stride : room;
	if (m->shared)
		return 0;
	r = bpf_map_lookup_elem(m->fd, &key, room);
	if (r == -ENOENT)
		return why_set(reterr_why, -EINVAL,
			       "map '%s' has no key %llu at this time",
			       m->info.name, (unsigned long long)key);
	return r < 0 ? why_set(reterr_why, r, "map '%s' cannot be read",
			       m->info.name)
		     : 0;
}

/* Is the value of that number meant? */
static bool is_meant(const struct map *m, unsigned int cpu)
{
	return !m->op->has_cpu || m->op->cpu == cpu;
}

static void format(const struct map *m, const char *values, struct str *out)
{
	const char *blank = "";

	for (unsigned int i = 0; i < m->count; i++) {
		if (!is_meant(m, i))
			continue;
		str_add(out, blank);
		field_format(&m->field, values + i * m->stride + m->field.at,
			     out);
		blank = " ";
	}
}

/* Of one, or of all. */
static struct map_number sum(const struct map *m, const char *values)
{
	struct map_number all = { 0 }, one;

	for (unsigned int i = 0; i < m->count; i++) {
		if (!is_meant(m, i))
			continue;
		one = field_number(&m->field,
				   values + i * m->stride + m->field.at);
		all.bits += one.bits;
		all.negative = one.negative;
	}
	if (map_is_sum(m))
		all.negative = m->field.kind == FIELD_SIGNED && all.bits >> 63;
	return all;
}

static bool is_within(const struct map *m, const char *values,
		      const struct str *text)
{
	const struct map_bounds *b = &m->bounds;
	struct map_number n;

	if (m->field.kind == FIELD_TEXT)
		return !b->has_is || strcmp(str_text(text), m->op->is) == 0;
	n = sum(m, values);
	return !(b->has_min && map_number_compare(&n, &b->min) < 0) &&
	       !(b->has_max && map_number_compare(&n, &b->max) > 0) &&
	       !(b->has_is && map_number_compare(&n, &b->is) != 0);
}

int map_read(struct map *m, struct str *now, bool *ret_ok,
	     struct why *reterr_why)
{
	const char *values;
	int r = look_up(m, m->values, &values, reterr_why);

	if (r < 0)
		return r;
	format(m, values, now);
	*ret_ok = is_within(m, values, now);
	return 0;
}

/* One store, as BPF would make it. */
static void store(char *to, const void *from, uint32_t size)
{
	uint64_t n = 0;

	memcpy(&n, from, size);
	switch (size) {
	case 1:
		*(volatile uint8_t *)to = (uint8_t)n;
		break;
	case 2:
		*(volatile uint16_t *)to = (uint16_t)n;
		break;
	case 4:
		*(volatile uint32_t *)to = (uint32_t)n;
		break;
	default:
		*(volatile uint64_t *)to = n;
		break;
	}
	/* It is to be there before it is read back. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static int put(struct map *m, char *values, struct why *reterr_why)
{
	uint64_t key = m->op->key;
	uint32_t size = m->field.size;
	int r;

	if (m->shared) {
		store(m->shared + key * m->stride + m->field.at, m->bytes,
		      size);
		return 0;
	}
	for (unsigned int i = 0; i < m->count; i++) {
		if (is_meant(m, i))
			memcpy(values + i * m->stride + m->field.at, m->bytes,
			       size);
	}
	r = bpf_map_update_elem(m->fd, &key, values, BPF_EXIST);
	return r < 0 ? why_set(reterr_why, r == -ENOENT ? -EINVAL : r,
			       "map '%s' cannot be written", m->info.name)
		     : 0;
}

int map_write(struct map *m, struct str *now, struct why *reterr_why)
{
	size_t len = m->values ? m->count * m->stride : 0, at = m->field.at,
	       size = m->field.size;
	const char *old, *new;
	char before[8];
	int r;

	assert(m->shared || m->values); /* by prepare() */
	r = look_up(m, m->values, &old, reterr_why);

	if (r < 0)
		return r;
	if (m->shared)
		memcpy(before, old + at, size);
	else if (len > 0)
		memcpy(m->values + len, old, len);
	r = put(m, m->values + len, reterr_why);
	if (r < 0)
		return r;
	r = look_up(m, m->values + 2 * len, &new, reterr_why);
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < m->count; i++) {
		const char *is = new + i * m->stride + at;
		const char *was = m->shared ? before : old + i * m->stride + at;

		if (is_meant(m, i) && memcmp(is, m->bytes, size) != 0 &&
		    memcmp(is, was, size) == 0)
			return why_set(reterr_why, -EINVAL,
				       "map '%s' was written, and has its old "
				       "value",
				       m->info.name);
	}
	format(m, new, now);
	return 0;
}
