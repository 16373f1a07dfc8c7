/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strip.h - a vmlinux without what nobody reads from it. */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

/**
 * strip_vmlinux() - copy a vmlinux without code, data and DWARF
 * @from: an ELF file
 * @fd:   where to write, an empty file
 * @ret_has_btf: whether @from has a .BTF section
 *
 * Every section keeps its header and its number, so that each symbol keeps its
 * section. Kept with contents, byte for byte: .symtab, .strtab, .shstrtab,
 * .BTF, .BTF_ids, .rodata (it holds the IKCONFIG), and notes (the build id).
 * Other sections of the image become SHT_NOBITS with address and size; the rest
 * (DWARF, relocations) becomes an empty SHT_NULL. There are no program headers.
 *
 * Return: 0, or with a sentence
 * * -EINVAL - @from is no ELF file, or has no symbols
 * * -errno  - of reading or writing
 */
int strip_vmlinux(const char *from, int fd, bool *ret_has_btf,
		  struct why *reterr_why);
