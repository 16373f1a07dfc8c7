/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repro-attach.h - have a BPF program run when a function is called. */
#pragma once

#include <bpf/libbpf.h>

#include "tools/lib/why.h"

/**
 * struct attach_to - a function that has a program of type fentry or fexit
 * @program: descriptor of the BPF program that it is, or 0: of the kernel
 * @btf_id:  its number in the type information of that program, or the kernel's
 */
struct attach_to {
	int program;
	uint32_t btf_id;
};

/**
 * attach_traced() - load @model once more, for one function, and attach that
 * @type:   BPF_TRACE_FENTRY or BPF_TRACE_FEXIT, as @model was loaded
 * @cookie: what bpf_get_attach_cookie() says there
 *
 * Return: a descriptor, with which the attachment ends; or -errno and
 * @reterr_why, the kernel's sentence where it has one.
 */
int attach_traced(const struct bpf_program *model, enum bpf_attach_type type,
		  const struct attach_to *to, uint64_t cookie,
		  struct why *reterr_why);

/* The same by a kprobe, for a kernel function by its name. It has no end but
 * the process's. Return: 0 or -errno and @reterr_why. */
int attach_kprobe(const struct bpf_program *program, const char *name,
		  uint64_t cookie, struct why *reterr_why);
