/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define BTF_BYTES_MAX (64U << 20)

long bpf_call(int command, union bpf_attr *attr)
{
	long r = syscall(__NR_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : r;
}

int bpf_info(int fd, void *info, uint32_t len)
{
	union bpf_attr attr = { 0 };

	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = len;
	attr.info.info = (uintptr_t)info;
	return (int)bpf_call(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

int bpf_open(int command, uint32_t id)
{
	/* map_id, prog_id and btf_id are one and the same place. */
	union bpf_attr attr = { .map_id = id };

	return (int)bpf_call(command, &attr);
}

uint32_t bpf_fdinfo(pid_t pid, uint32_t fd, const char *key)
{
	auto_free char *text = NULL;
	char path[64];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%u", (int)pid, fd);
	if (file_read_at(AT_FDCWD, path, 4096, &text) < 0)
		return 0;
	at = strstr(text, key);
	return at ? (uint32_t)strtoul(at + strlen(key), NULL, 10) : 0;
}

bool bpf_update_of(int memory, pid_t pid, uint64_t attr_at, uint32_t type,
		   uint64_t *ret_value_at)
{
	struct bpf_map_info info = { 0 };
	union bpf_attr attr = { 0 };
	uint32_t map;

	/* Up to the value's address and flags. */
	if (pread(memory, &attr, 32, (off_t)attr_at) != 32)
		return false;
	map = bpf_fdinfo(pid, attr.map_fd, "map_id:");
	auto_fd int fd = map ? bpf_open(BPF_MAP_GET_FD_BY_ID, map) : -1;
	if (fd < 0 || bpf_info(fd, &info, sizeof(info)) < 0 ||
	    info.btf_vmlinux_value_type_id != type)
		return false;
	*ret_value_at = attr.value;
	return true;
}

int bpf_read_btf(uint32_t id, struct btf_view *ret)
{
	auto_fd int fd = bpf_open(BPF_BTF_GET_FD_BY_ID, id);
	struct bpf_btf_info info = { 0 };
	char *data;
	int r;

	if (fd < 0)
		return fd;
	/* Its size first. */
	r = bpf_info(fd, &info, sizeof(info));
	if (r < 0)
		return r;
	if (info.btf_size > BTF_BYTES_MAX)
		return -EFBIG;
	data = malloc(info.btf_size + 1U);
	if (!data)
		return -ENOMEM;
	uint32_t len = info.btf_size;
	info = (struct bpf_btf_info){ .btf = (uintptr_t)data, .btf_size = len };
	r = bpf_info(fd, &info, sizeof(info));
	if (r < 0) {
		free(data);
		return r;
	}
	*ret = (struct btf_view){ data, len };
	return 0;
}
