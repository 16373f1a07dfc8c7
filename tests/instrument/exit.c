/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exit.c - with COVERAGE=1 every program has this in place of _exit(): it saves
 * its counters first, as exit(3) does. (execve(2) and fork(2) are wrapped by
 * the compiler; what a signal kills saves nothing.)
 */
#include <fcntl.h>
#include <gcov.h>
#include <stdbool.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <unistd.h>

#include "tests/instrument/shared.h"

noreturn void __real__exit(int status);
noreturn void __wrap__exit(int status);
void __real___gcov_dump(void);
void __wrap___gcov_dump(void);

/* By opening a file of them: of what Landlock forbids access(2) knows nothing.
 * A guest saves them elsewhere: coverage-guest.c. */
static bool can_save(void)
{
	int fd;

	if (getenv("GCOV_PREFIX"))
		return true;
	fd = open(INSTRUMENT_DIR "/tests/instrument/exit.gcda",
		  O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

/* Who cannot save them, in a sandbox or as another user, must not say so where
 * a test reads what we say. */
__attribute__((constructor)) static void be_silent(void)
{
	(void)setenv("GCOV_ERROR_FILE", "/dev/null", 0);
}

/* That a file cannot be opened gcc's runtime says on standard error all the
 * same, when it saves at the end, behind this. */
__attribute__((destructor)) static void end_silently(void)
{
	int fd = can_save() ? -1 : open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)dup2(fd, STDERR_FILENO);
}

/* Before a program becomes another one, too. */
void __wrap___gcov_dump(void)
{
	if (!shared_is_saved_by_other() && can_save())
		__real___gcov_dump();
}

noreturn void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
