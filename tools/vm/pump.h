/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pump.h - what a command prints in the guest, shown while it runs. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "tools/lib/str.h"
#include "vmm/facts.h"
#include "vmm/wire.h"

/**
 * struct pump - from the channel to our output, frame by frame
 * @raw, @used: read, and how much of it was taken
 * @facts:    gets all other frames
 * @to, @text, @done: output that waits: for which descriptor, how much of it is
 *	      written
 * @is_tty:   of the descriptors: control characters become "?" there
 *
 * Memory stays small however much is printed; the channel holds what nobody has
 * taken yet, and the guest waits when it is full.
 */
struct pump {
	struct wire *wire;
	struct str raw;
	size_t used;
	struct facts *facts;
	int to;
	struct str text;
	size_t done;
	bool is_tty[3];
};

/* @facts is begun by facts_begin(). */
void pump_begin(struct pump *p, struct wire *wire, struct facts *facts);

/* Show what there is, as far as the reader of our output takes it at once. Dies
 * when it cannot be written. */
void pump_tick(void *pump);

/**
 * pump_end() - show the rest, waiting for the reader
 * @stop_fd: when it is readable, give up
 *
 * Return: false if it gave up.
 */
bool pump_end(struct pump *p, int stop_fd);
void pump_done(struct pump *p);
