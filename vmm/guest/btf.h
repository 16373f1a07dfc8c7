/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * btf.h - where a member of a kernel's structure is, from the kernel's own
 * type information: Documentation/bpf/btf.rst of Linux.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tools/lib/why.h"

/* All of it, in memory; @data is the caller's. */
struct btf_view {
	const char *data;
	size_t len;
};

/**
 * btf_member() - the id of a structure, and where one of its members begins
 * @ret_id: its number, as the kernel counts
 * @ret_at: bytes from its begin
 *
 * Return: 0; -ENOENT: there is none of the name, or no such member; -EINVAL:
 * this is no type information that we know.
 */
int btf_member(const struct btf_view *b, const char *structure,
	       const char *member, uint32_t *ret_id, uint32_t *ret_at);

/* The name of the type with that number; NULL when there is none. It is part of
 * @b->data. */
const char *btf_name(const struct btf_view *b, uint32_t id);
