/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shared.c - a COVERAGE=1 program and the processes that it forks count into
 * the same memory (counters.ld has put it on pages of its own).
 *
 * So a process that is killed, or may write no files, has its counters saved by
 * the one that has forked it. Saving takes tenths of a second of a guest's
 * time, with all files of its engine; there only init does it, and a worker or
 * a program that ends in a test takes as long as it does without counters.
 */
#include <gcov.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/instrument/shared.h"

extern char ktstr_counters_begin[], ktstr_counters_end[];
void __real___gcov_reset_int(void);
void __wrap___gcov_reset_int(void);
void __real__exit(int status);

static pid_t owner;

bool shared_is_saved_by_other(void)
{
	return owner != getpid() && getenv(SHARED_ONE_SAVES);
}

/* Without gcov's own end, which saves, and complains where it cannot. */
static void end(int status, void *arg)
{
	(void)arg;
	(void)fflush(NULL);
	__gcov_dump();
	__real__exit(status);
}

void shared_begin_anew(void)
{
	__real___gcov_reset_int();
}

__attribute__((constructor(101))) static void share(void)
{
	size_t len = (size_t)(ktstr_counters_end - ktstr_counters_begin);
	char *so_far = malloc(len);

	owner = getpid();
	(void)on_exit(end, NULL);
	if (!so_far)
		return;
	memcpy(so_far, ktstr_counters_begin, len);
	if (mmap(ktstr_counters_begin, len, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == ktstr_counters_begin)
		memcpy(ktstr_counters_begin, so_far, len);
	free(so_far);
}

/* After fork(2), when a child would begin with none. */
void __wrap___gcov_reset_int(void)
{
}
