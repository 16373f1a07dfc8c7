/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf.h - the few commands of bpf(2) that init needs. */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "vmm/guest/btf.h"

/* bpf(2). Return: what it returns, or -errno. */
long bpf_call(int command, union bpf_attr *attr);

/* What an object is, a struct bpf_map_info and the like of @len bytes, which
 * may hold what the kernel wants to be told. Return: 0 or -errno. */
int bpf_info(int fd, void *info, uint32_t len);

/* @command is BPF_MAP_GET_FD_BY_ID or one of its like. Return: a descriptor
 * that the caller closes, or -errno. */
int bpf_open(int command, uint32_t id);

/* The number behind @key, such as "map_id:", in what /proc tells of a
 * descriptor of @pid; 0 when there is none. */
uint32_t bpf_fdinfo(pid_t pid, uint32_t fd, const char *key);

/**
 * bpf_update_of() - @pid is about to call bpf(BPF_MAP_UPDATE_ELEM)
 * @memory:  its /proc/PID/mem
 * @attr_at: the call's argument
 * @type:    a number in the kernel's type information
 * @ret_value_at: where the value is, in @pid
 *
 * Is it a map with values of that type, that is, of a struct_ops?
 */
bool bpf_update_of(int memory, pid_t pid, uint64_t attr_at, uint32_t type,
		   uint64_t *ret_value_at);

/* All of the type information with that id; @ret->data is the caller's, who
 * frees it. Return: 0 or -errno. */
int bpf_read_btf(uint32_t id, struct btf_view *ret);
