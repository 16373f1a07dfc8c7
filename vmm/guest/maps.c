/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "vmm/guest/bpf.h"

#define VALUE_MAX                                                              \
	(1U << 20) /* bytes of a key's values, of all CPUs together            \
		    */

/* How a type is read and written; false: not at all. */
static bool is_known(uint32_t type, bool *ret_is_array, bool *ret_per_cpu)
{
	*ret_is_array =
		type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
	*ret_per_cpu = type == BPF_MAP_TYPE_PERCPU_ARRAY ||
		       type == BPF_MAP_TYPE_PERCPU_HASH ||
		       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
	return *ret_is_array || *ret_per_cpu || type == BPF_MAP_TYPE_HASH ||
	       type == BPF_MAP_TYPE_LRU_HASH;
}

static int check_key(const struct map *m, bool is_array, struct why *reterr_why)
{
	uint32_t size = m->info.key_size;

	if (!m->op->has_key && !(is_array && m->info.max_entries == 1))
		return why_set(reterr_why, -EINVAL,
			       "it has many values: write %s[KEY]", m->op->map);
	if (is_array && m->op->key >= m->info.max_entries)
		return why_set(reterr_why, -EINVAL,
			       "it has %u value%s, counted from 0",
			       m->info.max_entries,
			       m->info.max_entries == 1 ? "" : "s");
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return why_set(reterr_why, -EINVAL,
			       "its keys have %u bytes, and are no numbers",
			       size);
	if (size < 8 && m->op->key >> (8 * size))
		return why_set(reterr_why, -EINVAL,
			       "its keys have %u byte%s only", size,
			       size == 1 ? "" : "s");
	return 0;
}

static int check_cpus(struct map *m, bool per_cpu, struct why *reterr_why)
{
	int cpus = per_cpu ? libbpf_num_possible_cpus() : 1;

	if (cpus < 0)
		return why_set(reterr_why, cpus, "CPUs cannot be counted");
	m->count = (unsigned int)cpus;
	m->stride = (m->info.value_size + 7U) & ~7U;
	if (m->op->has_cpu && !per_cpu)
		return why_set(reterr_why, -EINVAL,
			       "it has one value for all CPUs");
	if (m->op->has_cpu && m->op->cpu >= m->count)
		return why_set(reterr_why, -EINVAL,
			       "it has values for %u CPUs, counted from 0",
			       m->count);
	return 0;
}

/* Share the memory, or have room for a copy. */
static int prepare(struct map *m, struct why *reterr_why)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE),
	       len = m->stride * m->info.max_entries;
	int prot = PROT_READ | (m->op->value ? PROT_WRITE : 0);
	void *data = MAP_FAILED;

	len = (len + page - 1) / page * page;
	if (m->info.type == BPF_MAP_TYPE_ARRAY &&
	    m->info.map_flags & BPF_F_MMAPABLE)
		data = mmap(NULL, len, prot, MAP_SHARED, m->fd, 0);
	if (data != MAP_FAILED) {
		m->shared = data;
		m->shared_len = len;
		return 0;
	}
	if (m->stride * m->count > VALUE_MAX)
		return why_set(reterr_why, -EINVAL,
			       "its values have %zu bytes; up to %u are read",
			       m->stride * m->count, VALUE_MAX);
	m->values = calloc(3 * m->count, m->stride);
	return m->values ? 0 : why_set(reterr_why, -ENOMEM, "out of memory");
}

/* A bound, which is a value of the field, or the sum of some. */
static int read_bound(const struct map *m, const char *text, bool *ret_has,
		      struct map_number *ret, struct why *reterr_why)
{
	struct field f = m->field;
	unsigned char bytes[8];
	int r;

	if (!text)
		return 0;
	*ret_has = true;
	if (map_is_sum(m) && f.kind != FIELD_SIGNED && f.kind != FIELD_UNSIGNED)
		return why_set(reterr_why, -EINVAL,
			       "each CPU has a value, which have no sum: write "
			       "%s@CPU",
			       m->op->map);
	if (f.kind == FIELD_TEXT && text == m->op->is)
		return 0;
	if (map_is_sum(m))
		f.size = 8;
	r = field_parse(&f, text, bytes, reterr_why);
	if (r == 0)
		*ret = field_number(&f, bytes);
	return r;
}

static int check_value(struct map *m, struct why *reterr_why)
{
	struct map_bounds *b = &m->bounds;
	bool frozen = bpf_fdinfo(getpid(), (uint32_t)m->fd, "frozen:") == 1;
	int r;

	if (m->op->value && (frozen || m->info.map_flags & BPF_F_RDONLY))
		return why_set(reterr_why, -EINVAL, "it is for reading only%s",
			       frozen ? ": it was frozen when the scheduler "
					"was loaded"
				      : "");
	if (m->op->value)
		return field_parse(&m->field, m->op->value, m->bytes,
				   reterr_why);
	r = read_bound(m, m->op->min, &b->has_min, &b->min, reterr_why);
	if (r == 0)
		r = read_bound(m, m->op->max, &b->has_max, &b->max, reterr_why);
	return r < 0 ? r
		     : read_bound(m, m->op->is, &b->has_is, &b->is, reterr_why);
}

static int check_field(struct map *m, struct why *reterr_why)
{
	int r;

	m->btf = m->info.btf_id ? btf__load_from_kernel_by_id(m->info.btf_id)
				: NULL;
	if (!m->btf || !m->info.btf_value_type_id)
		return why_set(
			reterr_why, -EINVAL,
			"the kernel does not know its types: it was made "
			"without __type(value, ...)");
	r = field_find(m->btf, m->info.btf_value_type_id, m->op->field,
		       &m->field, reterr_why);
	if (r == 0 && m->field.at + m->field.size > m->info.value_size)
		return why_set(reterr_why, -EINVAL,
			       "its types are larger than its values");
	return r;
}

int map_open(const struct map_op *op, struct map *ret, struct why *reterr_why)
{
	bool is_array, per_cpu;
	struct why why = { .text = "" };
	int r;

	*ret = (struct map){ .fd = -1, .op = op };
	libbpf_set_print(NULL);
	ret->fd = map_find(op->map, &ret->info, reterr_why);
	if (ret->fd < 0)
		return ret->fd;
	if (!is_known(ret->info.type, &is_array, &per_cpu))
		return why_set(reterr_why, -EINVAL,
			       "map '%s' is of type %u; arrays and hashes can "
			       "be read and written",
			       ret->info.name, ret->info.type);
	r = check_key(ret, is_array, &why);
	if (r == 0)
		r = check_cpus(ret, per_cpu, &why);
	if (r == 0)
		r = check_field(ret, &why);
	if (r == 0)
		r = check_value(ret, &why);
	if (r == 0)
		r = prepare(ret, &why);
	return r < 0 ? why_set(reterr_why, r, "map '%s': %s", ret->info.name,
			       why.text)
		     : 0;
}

void map_close(struct map *m)
{
	if (m->shared)
		munmap(m->shared, m->shared_len);
	free(m->values);
	btf__free(m->btf);
	if (m->fd >= 0)
		close(m->fd);
	*m = (struct map){ .fd = -1 };
}
