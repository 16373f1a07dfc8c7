/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compilers.h - with which compilers the user wants kernels to be built. */
#pragma once

#include "tools/lib/why.h"

/* Bytes of their mark, such as "llvm-15" or "cc0a1b2c3d". */
#define COMPILERS_MARK_SIZE 16

/**
 * compilers_read() - what the environment asks of kbuild
 * @ret_mark: "" for what kbuild takes by itself; "llvm" and "llvm-15" for
 *	      LLVM=1 and LLVM=-15; else "cc" and the CRC32 of @ret_words
 * @ret_words: "LLVM=1", "CC=ccache gcc" and the like, in one order; "" for
 *	      none; the caller frees it
 *
 * $LLVM, $LLVM_IAS and $CROSS_COMPILE are kbuild's own. kbuild obeys CC on
 * make's command line alone, so that one is $KTSTR_KERNEL_CC here. HOSTCC is no
 * part: nothing that it compiles is in a kernel.
 *
 * Return: 0, or with a sentence: -EINVAL for a value that kbuild would take for
 * something else, -ENOMEM.
 *
 * Source: Linux Documentation/kbuild/llvm.rst and Makefile.
 */
int compilers_read(char ret_mark[COMPILERS_MARK_SIZE], char **ret_words,
		   struct why *reterr_why);

/**
 * compilers_versions() - the first lines of compiler, linker and pahole
 *
 * Those that kbuild would take now; pahole in any case, for it makes the BTF.
 *
 * @ret: "gcc (Debian 12.2.0-14) 12.2.0; GNU ld ...; v1.24", which the caller
 *	 frees; "none" for a program that is not there, or says nothing for 10 s
 *
 * Return: 0, or -errno with a sentence where one could not be asked: what a
 * kernel was built with must not look like another compiler then.
 */
int compilers_versions(char **ret, struct why *reterr_why);
