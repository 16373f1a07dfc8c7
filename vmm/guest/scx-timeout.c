/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/scx-timeout.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/guest/bpf.h"
#include "vmm/guest/btf.h"
#include "vmm/guest/clock.h"

#define BTF_FILE "/sys/kernel/btf/vmlinux"
#define BTF_MAX	 (64U << 20)

static int find(struct scx_timeout *t)
{
	auto_free char *data = NULL;
	uint32_t ignored, data_at, time_at;
	int len = file_read_at(AT_FDCWD, BTF_FILE, BTF_MAX, &data), r;
	struct btf_view view = { data, len < 0 ? 0 : (size_t)len };

	if (len < 0)
		return len;
	r = btf_member(&view, "bpf_struct_ops_sched_ext_ops", "data", &t->id,
		       &data_at);
	if (r == 0)
		r = btf_member(&view, "sched_ext_ops", "timeout_ms", &ignored,
			       &time_at);
	if (r == 0)
		t->at = data_at + time_at;
	return r;
}

int scx_timeout_find(struct scx_timeout *ret, uint64_t ns,
		     struct why *reterr_why)
{
	*ret = (struct scx_timeout){ .ms = (uint32_t)((ns + NS_PER_MS - 1) /
						      NS_PER_MS) };
	if (find(ret) < 0)
		return why_set(reterr_why, -ENOSYS,
			       "'" BTF_FILE "' does not tell where the time of "
			       "a scheduler's watchdog is, so 'watchdog' "
			       "cannot be set");
	return 0;
}

/* Has that map values of the kernel's type @id? */
static bool is_of_type(uint32_t map, uint32_t id)
{
	struct bpf_map_info info = { 0 };
	auto_fd int fd = bpf_open(BPF_MAP_GET_FD_BY_ID, map);

	return fd >= 0 && bpf_info(fd, &info, sizeof(info)) == 0 &&
	       info.btf_vmlinux_value_type_id == id;
}

int scx_timeout_change(const struct scx_timeout *t, pid_t pid, uint64_t attr_at)
{
	union bpf_attr attr = { 0 };
	char path[32];
	uint32_t map;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	auto_fd int memory = open(path, O_RDWR | O_CLOEXEC);
	if (memory < 0 || pread(memory, &attr, 32, (off_t)attr_at) != 32)
		return 0;
	map = bpf_fdinfo(pid, attr.map_fd, "map_id:");
	if (!map || !is_of_type(map, t->id))
		return 0;
	if (pwrite(memory, &t->ms, sizeof(t->ms),
		   (off_t)(attr.value + t->at)) != sizeof(t->ms))
		return -EFAULT;
	return 1;
}
