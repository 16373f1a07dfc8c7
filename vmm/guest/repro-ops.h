/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repro-ops.h - where a struct sched_ext_ops is in a map's value. */
#pragma once

#include <stdint.h>

struct btf;

/**
 * struct repro_ops - struct bpf_struct_ops_sched_ext_ops of this kernel
 * @type:    its number in the kernel's type information; 0: there is none
 * @data_at: bytes from its begin to struct sched_ext_ops
 */
struct repro_ops {
	uint32_t type, data_at;
};

/* Return: 0, or -ENOENT: this kernel has no sched_ext. */
int repro_ops_find(struct repro_ops *ret, const struct btf *types);
