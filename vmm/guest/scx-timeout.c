/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/scx-timeout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

int scx_timeout_change(const struct scx_timeout *t, pid_t pid, uint64_t attr_at)
{
	uint64_t value_at;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	auto_fd int memory = open(path, O_RDWR | O_CLOEXEC);
	if (memory < 0 ||
	    !bpf_update_of(memory, pid, attr_at, t->id, &value_at))
		return 0;
	if (pwrite(memory, &t->ms, sizeof(t->ms), (off_t)(value_at + t->at)) !=
	    sizeof(t->ms))
		return -EFAULT;
	return 1;
}
