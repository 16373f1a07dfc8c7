/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exit.c - with COVERAGE=1 every program has this in place of _exit(): it saves
 * its counters first, as exit(3) does. (execve(2) and fork(2) are wrapped by
 * the compiler; what a signal kills saves nothing.)
 */
#include <gcov.h>
#include <stdlib.h>
#include <stdnoreturn.h>

noreturn void __real__exit(int status);
noreturn void __wrap__exit(int status);

/* Who cannot save them, in a sandbox or as another user, must not say so where
 * a test reads what we say. */
__attribute__((constructor)) static void be_silent(void)
{
	(void)setenv("GCOV_ERROR_FILE", "/dev/null", 0);
}

noreturn void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
