/* SPDX-License-Identifier: GPL-2.0-or-later */
/* symbols.h - where a kernel has its functions and variables, by libelf. */
#pragma once

#include <stdint.h>

#include "tools/lib/why.h"

/**
 * symbols_find() - the function that comes first among @names
 * @vmlinux: an ELF file with symbols
 * @names:   NULL behind the last; a compiler's ".isra.0" behind one does not
 *	     count
 * @ret:     its address
 * @ret_name: which one it was, of @names
 *
 * Return: 0; -ENOENT: this kernel has none of them; -ENOEXEC: no ELF file with
 * symbols; -errno.
 */
int symbols_find(const char *vmlinux, const char *const *names, uint64_t *ret,
		 const char **ret_name, struct why *reterr_why);

/* The same for a variable; of one that each CPU has, the offset in its part. */
int symbols_find_variable(const char *vmlinux, const char *name, uint64_t *ret,
			  struct why *reterr_why);

/**
 * symbols_find_exact() - what has this very name, as a backtrace tells it
 * @size: bytes up to what comes next, as there: "NAME+0xOFFSET/0xSIZE". Of
 *	  several functions of a name it is the one that fits
 *
 * Code that is no function of C counts, too.
 *
 * Return: 0; -ENOENT; -ENOTUNIQ: several fit; as symbols_find().
 */
int symbols_find_exact(const char *vmlinux, const char *name, uint64_t size,
		       uint64_t *ret);
