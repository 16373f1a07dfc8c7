/* SPDX-License-Identifier: GPL-2.0-or-later */
/* toolchain.h - with what programs a kernel would be built now. */
#pragma once

/**
 * toolchain_describe() - the first lines of compiler, linker and pahole
 *
 * Those that kbuild takes: gcc and ld behind $CROSS_COMPILE, or with $LLVM
 * clang and ld.lld; pahole in any case, for it makes the BTF.
 *
 * Return: "gcc (Debian 12.2.0-14) 12.2.0; GNU ld ...; v1.24", which the caller
 * frees; "none" for a program that cannot be run. NULL when memory ran out.
 */
char *toolchain_describe(void);
