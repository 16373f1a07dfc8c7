/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exit.c - with COVERAGE=1 every program has this in place of _exit(): it saves
 * its counters first, as exit(3) does. (execve(2) and fork(2) are wrapped by
 * the compiler; what a signal kills saves nothing.)
 */
#include <fcntl.h>
#include <gcov.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/instrument/shared.h"

noreturn void __real__exit(int status);
noreturn void __wrap__exit(int status);
void __real___gcov_dump(void);
void __wrap___gcov_dump(void);

/* By opening a file of them: of what Landlock forbids access(2) knows nothing.
 * A guest saves them elsewhere: coverage-guest.c. Return: the file, or -1. */
static int open_saved(void)
{
	return open(getenv("GCOV_PREFIX") ? "/dev/null"
					  : INSTRUMENT_DIR
			    "/tests/instrument/exit.gcda",
		    O_RDWR | O_CREAT | O_CLOEXEC, 0666);
}

/* Who cannot save them, in a sandbox or as another user, must not say so where
 * a test reads what we say. */
__attribute__((constructor)) static void be_silent(void)
{
	(void)setenv("GCOV_ERROR_FILE", "/dev/null", 0);
}

/*
 * Before a program becomes another one, too. Saving adds what is saved already
 * to the counters, which all processes of the program have: they begin anew, or
 * the next one to save would save it twice. Until then the others wait.
 */
void __wrap___gcov_dump(void)
{
	int fd = shared_is_saved_by_other() ? -1 : open_saved();

	if (fd < 0)
		return;
	(void)flock(fd, LOCK_EX);
	__real___gcov_dump();
	shared_begin_anew();
	(void)close(fd);
}

noreturn void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
