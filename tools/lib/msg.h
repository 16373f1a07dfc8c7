/* SPDX-License-Identifier: GPL-2.0-or-later */
/* msg.h - one-line messages on standard error, and the end of the program. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

#define KTSTR_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/**
 * enum exit_code - how every ktstr tool ends
 * @EX_PASS:         it did what was asked; the test passed
 * @EX_FAIL:         a negative answer: test failed, cache miss, difference
 * @EX_USAGE:        the command line or an input file is wrong
 * @EX_INCONCLUSIVE: ran, but could not be judged
 * @EX_SKIP:         this machine cannot run it
 * @EX_BUSY:         a lock is held, and waiting was not wanted
 * @EX_TIMEOUT:      the time limit ran out
 * @EX_BROKEN:       the tool itself failed
 * @EX_CANNOT_RUN:   a wrapped command cannot be run
 * @EX_NOT_FOUND:    a wrapped command is not there
 * @EX_SIGNAL:       plus n: a wrapped command died of signal n
 *
 * A tool that wraps a command passes the command's 0 to 123 through; its own
 * troubles are EX_BROKEN, so that a rule can tell the two apart.
 */
enum exit_code {
	EX_PASS = 0,
	EX_FAIL = 1,
	EX_USAGE = 2,
	EX_INCONCLUSIVE = 3,
	EX_SKIP = 4,
	EX_BUSY = 75,
	EX_TIMEOUT = 124,
	EX_BROKEN = 125,
	EX_CANNOT_RUN = 126,
	EX_NOT_FOUND = 127,
	EX_SIGNAL = 128,
};

/* Add -1 for each -q (silences notes, never warnings or errors), +1 for each
 * -v. */
extern int msg_verbosity;

/* "ktstr-x: what failed: why": something went wrong; shown always. */
void warn(const char *fmt, ...) KTSTR_PRINTF(1, 2);
/* Progress and facts; shown unless -q. */
void note(const char *fmt, ...) KTSTR_PRINTF(1, 2);
/* Details; shown with -v. */
void detail(const char *fmt, ...) KTSTR_PRINTF(1, 2);
/* warn(), then exit. It runs no auto_ release: see cleanup.h. */
noreturn void die(enum exit_code code, const char *fmt, ...) KTSTR_PRINTF(2, 3);

struct str;

/* The text, whole, for who prints it; memory that ran out is the end. */
const char *text_or_die(const struct str *s);

/**
 * msg_end_without_memory() - die when a struct str gets no memory
 *
 * For programs whose end releases what they hold: a text that lacks a piece is
 * not to be told from a whole one, and is soon part of another text.
 */
void msg_end_without_memory(void);

/* malloc() for libraries that go on without what they lack; or the end. */
void *memory_or_die(size_t size);

/**
 * msg_close_stdout() - flush standard output, and die if that fails
 *
 * A full disk must not look like success. Call it last in main().
 */
void msg_close_stdout(void);
