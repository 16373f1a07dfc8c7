/* SPDX-License-Identifier: GPL-2.0-or-later */
/* maps-find.c - which maps are the scheduler's. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/spec/diag.h"
#include "vmm/guest/btf.h"
#include "vmm/guest/maps.h"

#define BTF_FILE "/sys/kernel/btf/vmlinux"
#define BTF_MAX	 (64U << 20)
#define IDS_MAX	 1024

/* Numbers, each once; what is too much is left out. */
struct ids {
	uint32_t id[IDS_MAX];
	size_t count;
};

static bool has_id(const struct ids *ids, uint32_t id)
{
	for (size_t i = 0; i < ids->count; i++) {
		if (ids->id[i] == id)
			return true;
	}
	return false;
}

static void add_id(struct ids *ids, uint32_t id)
{
	if (id && ids->count < IDS_MAX && !has_id(ids, id))
		ids->id[ids->count++] = id;
}

/* The kernel's number for struct sched_ext_ops; 0: it is not known. */
static uint32_t scheduler_type(void)
{
	auto_free char *data = NULL;
	int len = file_read_at(AT_FDCWD, BTF_FILE, BTF_MAX, &data);
	struct btf_view view = { data, len < 0 ? 0 : (size_t)len };
	uint32_t id = 0, at;

	if (len < 0 || btf_member(&view, "sched_ext_ops", "name", &id, &at) < 0)
		return 0;
	return id;
}

/* @maps: if not NULL, gets the maps that it uses. */
static bool read_program(uint32_t id, struct bpf_prog_info *ret,
			 struct ids *maps)
{
	auto_fd int fd = bpf_prog_get_fd_by_id(id);
	uint32_t used[64], len = sizeof(*ret);

	*ret = (struct bpf_prog_info){
		.nr_map_ids = maps ? sizeof(used) / sizeof(used[0]) : 0,
		.map_ids = maps ? (uintptr_t)used : 0,
	};
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, ret, &len) < 0)
		return false;
	for (uint32_t i = 0;
	     maps && i < ret->nr_map_ids && i < sizeof(used) / sizeof(used[0]);
	     i++)
		add_id(maps, used[i]);
	return true;
}

/* The maps that its programs use, and the types that these and all that was
 * loaded with them have. */
static void find_programs(struct ids *types, struct ids *maps)
{
	uint32_t scheduler = scheduler_type();
	struct bpf_prog_info info;

	for (uint32_t id = 0; bpf_prog_get_next_id(id, &id) == 0;) {
		if (!read_program(id, &info, NULL) ||
		    info.type != BPF_PROG_TYPE_STRUCT_OPS ||
		    (scheduler && info.attach_btf_id != scheduler))
			continue;
		(void)read_program(id, &info, maps);
		add_id(types, info.btf_id);
	}
	for (uint32_t id = 0; bpf_prog_get_next_id(id, &id) == 0;) {
		if (read_program(id, &info, NULL) && has_id(types, info.btf_id))
			(void)read_program(id, &info, maps);
	}
}

static bool is_named(const char *its, const char *want)
{
	size_t len = strlen(its), end = strlen(want);

	if (*want == '.')
		return len >= end && strcmp(its + len - end, want) == 0;
	return strncmp(its, want, BPF_OBJ_NAME_LEN - 1) == 0;
}

/**
 * struct search - for a map of some name
 * @fd, @info: the first that has it
 * @names, @name_count: those of all that there are
 */
struct search {
	const char *want;
	struct ids types, maps;
	int fd;
	struct bpf_map_info info;
	unsigned int found;
	char *names[IDS_MAX + 1];
	size_t name_count;
};

static void look_at(struct search *s, uint32_t id)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);
	auto_fd int fd = bpf_map_get_fd_by_id(id);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) < 0 ||
	    !*info.name ||
	    !(has_id(&s->maps, id) || has_id(&s->types, info.btf_id)))
		return;
	if (s->name_count < IDS_MAX)
		s->names[s->name_count++] = strdup(info.name);
	if (!is_named(info.name, s->want))
		return;
	if (s->found++ > 0)
		return;
	s->info = info;
	s->fd = take_fd(fd);
}

/* None has the name: which have others, and which was probably meant? */
static int tell_none(const struct search *s, struct why *reterr_why)
{
	const char *near = diag_nearest(s->want, (const char *const *)s->names);
	auto_str struct str all = { 0 };

	if (s->name_count == 0)
		return why_set(reterr_why, -EINVAL,
			       "no BPF scheduler is loaded that has maps");
	for (size_t i = 0; i < s->name_count; i++)
		str_addf(&all, "%s%s", i ? ", " : "",
			 s->names[i] ? s->names[i] : "?");
	return why_set(reterr_why, -EINVAL,
		       "the scheduler has no map '%s'%s%s%s, but %s", s->want,
		       near ? " (did you mean '" : "", near ? near : "",
		       near ? "'?)" : "", str_text(&all));
}

static int tell_several(const struct search *s, struct why *reterr_why)
{
	auto_str struct str all = { 0 };

	for (size_t i = 0; i < s->name_count; i++) {
		if (s->names[i] && is_named(s->names[i], s->want))
			str_addf(&all, "%s%s", all.len ? ", " : "",
				 s->names[i]);
	}
	return why_set(reterr_why, -EINVAL,
		       "the scheduler has %u maps '%s', %s: write the whole "
		       "name of one, if they differ",
		       s->found, s->want, str_text(&all));
}

int map_find(const char *want, struct bpf_map_info *ret_info,
	     struct why *reterr_why)
{
	auto_free struct search *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	s->want = want;
	s->fd = -1;
	find_programs(&s->types, &s->maps);
	for (uint32_t id = 0; bpf_map_get_next_id(id, &id) == 0;)
		look_at(s, id);
	r = s->found == 1  ? s->fd
	    : s->found > 1 ? tell_several(s, reterr_why)
			   : tell_none(s, reterr_why);
	if (s->found > 1)
		cleanup_fd(&s->fd);
	for (size_t i = 0; i < s->name_count; i++)
		free(s->names[i]);
	if (r >= 0)
		*ret_info = s->info;
	return r;
}
