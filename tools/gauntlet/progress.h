/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.h - how far the variants of one make are. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/**
 * progress_start() - begin to count
 * @path:  a file that all processes of this make write, in turns
 * @total: variants
 * @work:  seconds that they are expected to take, one after the other
 *
 * Ends the program when it cannot be written.
 */
void progress_start(const char *path, size_t total, double work);

/**
 * progress_tell() - tell on standard output what became of a variant
 * @path:  of progress_start(), or NULL: nobody counts
 * @lines: what there is to tell, each with its line break
 * @good:  it passed or was skipped
 * @ended: false: it will be run again, so do not count it
 * @work:  its part of @work of progress_start()
 *
 * On a terminal the last line stays and is overwritten: how many are done, how
 * many of them did not pass, and for how long it may go on. What is good is
 * only counted there. Elsewhere these figures stand at the end of the first of
 * @lines, all of which are printed. Lines of processes that end at once do not
 * mix.
 *
 * A file that is gone or damaged is as none: it stops no test.
 */
void progress_tell(const char *path, const char *lines, bool good, bool ended,
		   double work);

/* Remove the line that is to be overwritten, so that others may write there. */
void progress_clear(void);
