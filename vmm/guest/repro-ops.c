/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repro-ops.c - the scheduler's own programs, as they come. */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "vmm/guest/bpf.h"
#include "vmm/guest/repro-attach.h"
#include "vmm/guest/repro-slots.h"
#include "vmm/guest/repro-tell.h"

#include "repro.skel.h"

int repro_ops_find(struct repro_ops *ret, const struct btf *types)
{
	int id = btf__find_by_name_kind(types, "bpf_struct_ops_sched_ext_ops",
					BTF_KIND_STRUCT);
	const struct btf_type *t =
		id > 0 ? btf__type_by_id(types, (uint32_t)id) : NULL;

	for (uint16_t i = 0; t && i < btf_vlen(t); i++) {
		const char *name =
			btf__name_by_offset(types, btf_members(t)[i].name_off);

		if (!name || strcmp(name, "data") != 0)
			continue;
		ret->type = (uint32_t)id;
		ret->data_at = btf_member_bit_offset(t, i) / 8;
		return 0;
	}
	return -ENOENT;
}

/* What the kernel calls first of a program: its type, and so its name. */
static int find_main(int program, struct attach_to *ret, char *name,
		     size_t name_size)
{
	struct bpf_func_info func = { 0 };
	struct bpf_prog_info info = {
		.nr_func_info = 1,
		.func_info = (uintptr_t)&func,
		.func_info_rec_size = sizeof(func),
	};
	struct btf_view types = { 0 };
	int r = bpf_info(program, &info, sizeof(info));

	if (r < 0)
		return r;
	if (info.nr_func_info == 0)
		return -ENOENT;
	*ret = (struct attach_to){ program, func.type_id };
	/* The kernel's own copy of the name is cut. */
	snprintf(name, name_size, "%s", info.name);
	if (bpf_read_btf(info.btf_id, &types) == 0) {
		const char *whole = btf_name(&types, func.type_id);

		if (whole)
			snprintf(name, name_size, "%s", whole);
		free((void *)types.data);
	}
	return 0;
}

/* Attach to the program that @pid has as @fd. */
static void attach_program(const struct repro *r, pid_t pid, uint32_t fd,
			   struct repro_told *told, int link[2])
{
	uint32_t id = bpf_fdinfo(pid, fd, "prog_id:");
	auto_fd int program = id ? bpf_open(BPF_PROG_GET_FD_BY_ID, id) : -1;
	struct attach_to to;
	struct why why;
	int e = program < 0 ? -ENOENT
			    : find_main(program, &to, told->program,
					sizeof(told->program));

	if (e < 0) {
		why_set(&told->why, e, "the program's types cannot be read: %s",
			strerror(-e));
		return;
	}
	link[0] = attach_traced(r->bpf->progs.repro_enter, BPF_TRACE_FENTRY,
				&to, told->function, &told->why);
	told->entry = link[0] >= 0;
	if (!told->entry)
		return;
	if (!r->plan.function[told->function].returns)
		return;
	link[1] = attach_traced(r->bpf->progs.repro_leave, BPF_TRACE_FEXIT, &to,
				told->function, &why);
	told->end = link[1] >= 0;
	if (!told->end)
		why_set(&told->why, 0, "its end is not watched: %.400s",
			why.text);
}

/* To init, with descriptors, which are its own from then on. If there is no
 * room, init does not hear of it, and says so. */
static void send_told(const struct repro *r, const struct repro_told *told,
		      const int link[2])
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control = { 0 };
	struct iovec data = { (void *)told, sizeof(*told) };
	struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1 };
	unsigned int count = (link[0] >= 0) + (link[0] >= 0 && link[1] >= 0);

	if (count > 0) {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.head), link, count * sizeof(int));
	}
	(void)sendmsg(r->tell, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void look_at(const struct repro *r, uint32_t n, pid_t pid, uint64_t fd)
{
	struct repro_told told = { .function = n, .by = "fentry" };
	int link[2] = { -1, -1 };

	if (fd != 0)
		attach_program(r, pid, (uint32_t)fd, &told, link);
	send_told(r, &told, link);
	cleanup_fd(&link[0]);
	cleanup_fd(&link[1]);
}

void repro_look(const struct repro *r, pid_t pid, uint64_t attr_at)
{
	uint64_t value_at, fd;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	auto_fd int memory = open(path, O_RDONLY | O_CLOEXEC);
	if (memory < 0 || !r->ops.type ||
	    !bpf_update_of(memory, pid, attr_at, r->ops.type, &value_at))
		return;
	for (uint32_t n = 0; n < r->plan.count; n++) {
		if (r->plan.member[n] == REPRO_NONE)
			continue;
		if (pread(memory, &fd, sizeof(fd),
			  (off_t)(value_at + r->ops.data_at +
				  r->plan.member[n])) == sizeof(fd))
			look_at(r, n, pid, fd);
	}
}

/* One message; its descriptors are kept. */
static bool hear_one(struct repro *r)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control = { 0 };
	struct repro_told told;
	struct iovec data = { &told, sizeof(told) };
	struct msghdr m = { .msg_iov = &data,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c;

	if (recvmsg(r->hear, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) !=
	    sizeof(told))
		return false;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_type == SCM_RIGHTS) {
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		int fd[2];

		memcpy(fd, CMSG_DATA(c), count * sizeof(int));
		for (size_t i = 0; i < count; i++)
			repro_keep(r, fd[i]);
	}
	repro_tell(r, &told);
	return true;
}

void repro_hear(struct repro *r)
{
	while (r->begun && hear_one(r))
		continue;
}
