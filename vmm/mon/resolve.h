/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolve.h - a kernel's layout, from its vmlinux: symbols by libelf, types by
 * libbpf. */
#pragma once

#include "vmm/mon/layout.h"

/**
 * mon_resolve() - find all that this kernel has
 * @vmlinux: an ELF file with symbols, and with types in .BTF; debugging
 *	     information is not needed
 *
 * Members are found by name, also inside of members that have none. What an
 * older or newer kernel does not have is left out.
 *
 * Return: 0; -ENOTSUP with what is missing (no symbols, no BTF, a needed field,
 * another architecture); -errno when it cannot be read.
 */
int mon_resolve(const char *vmlinux, struct mon_layout *ret,
		struct why *reterr_why);

struct btf;

/* The places of all fields whose types are in @btf, of libbpf; the others stay
 * as they are. */
void mon_resolve_types(const struct btf *btf, struct mon_layout *l);

/**
 * mon_find_member() - the member at the end of a path, as "scx.local_dsq.nr"
 * @id:     of the structure
 * @ret_at: bytes from its begin
 *
 * Return: the member's type; 0: there is no such member, or it is not whole
 * bytes.
 */
uint32_t mon_find_member(const struct btf *btf, uint32_t id, const char *path,
			 uint32_t *ret_at);

/**
 * mon_find_vmlinux() - the vmlinux that belongs to a boot image
 * @image: path of the image
 *
 * Beside the image, three folders above it (a built tree), or where
 * distributions have that of "vmlinuz-VERSION".
 *
 * Return: its path, which the caller frees, or NULL when there is none.
 */
char *mon_find_vmlinux(const char *image);
