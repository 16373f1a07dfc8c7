/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dmesg.h - the guest's kernel messages, shown while it runs. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "tools/lib/str.h"

/**
 * struct dmesg - from the console's file to standard error
 * @fd:   the file that QEMU appends to
 * @raw:  standard error is a terminal that is raw now: a line also needs a
 *	  carriage return
 * @at:   how much of the file was read
 * @text, @done: what waits for the reader of standard error
 *
 * Control characters become "?".
 */
struct dmesg {
	int fd;
	bool raw;
	off_t at;
	struct str text;
	size_t done;
};

/* Show what is new, as far as standard error takes it at once. */
void dmesg_tick(struct dmesg *d);
/* Show the rest, also a line without its end, waiting for the reader until
 * @stop_fd is readable. */
void dmesg_end(struct dmesg *d, int stop_fd);
