/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.h - one line about what takes more than two seconds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * struct progress - a running activity
 *
 * On a terminal one line is rewritten; else a plain line appears now and then.
 * Silent for the first two seconds, and with -q.
 */
struct progress {
	const char *title;
	uint64_t start_ns, shown_ns;
	unsigned int every_s; /* between plain lines */
	bool tty, shown;
};

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t progress_now_ns(void);

void progress_begin(struct progress *p, const char *title,
		    unsigned int every_s);

/* Show "@title: @text", when it is time; cheap to call often. */
void progress_show(struct progress *p, const char *text);

/* The same with a share of work: a bar on a terminal, else percent. */
void progress_share(struct progress *p, uint64_t done, uint64_t total);

/* Remove the line from the terminal. */
void progress_end(struct progress *p);
