/* SPDX-License-Identifier: GPL-2.0-or-later */
/* elf.h - what the dynamic section of a program or library says. */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

/**
 * struct elf_needs - the facts ld.so starts from
 * @interpreter: PT_INTERP, or NULL
 * @needed:  DT_NEEDED names, in order
 * @rpath, @runpath: as written, or NULL
 * @ends_threads: it calls pthread_exit() or pthread_cancel()
 */
struct elf_needs {
	char *interpreter, *rpath, *runpath;
	char **needed;
	bool ends_threads;
};

/**
 * elf_read_needs() - read them with libelf
 *
 * Return: 0; -ENOEXEC with the reason (no ELF file, another architecture, not
 * 64 bit, no program or library); -errno.
 */
int elf_read_needs(const char *path, struct elf_needs *ret,
		   struct why *reterr_why);
void elf_needs_done(struct elf_needs *n);
