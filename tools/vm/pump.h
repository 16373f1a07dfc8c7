/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pump.h - between a machine and our standard streams, while it runs. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "tools/lib/str.h"
#include "tools/lib/utf8.h"
#include "tools/vm/input.h"
#include "vmm/facts.h"
#include "vmm/wire.h"

/**
 * struct pump - from the channel to our output, frame by frame; and live input
 * @live:     output of a command is shown, and not kept
 * @channel:  not live: all that was read
 * @raw, @used: read, and how much of it was taken
 * @facts:    gets all other frames
 * @to, @text, @done: output that waits: for which descriptor, how much of it is
 *	      written
 * @more:     there may be more to take, or to write
 * @input:    of a command, ended if there is none
 * @events:   an epoll descriptor: our streams have become ready
 * @idle_ms:  how long to wait for the next look at the channel
 * @is_tty, @clean: of the descriptors: nothing commands a terminal; a file or a
 *	      pipe gets the bytes as they are
 *
 * Memory stays small however much is printed; the channel holds what nobody has
 * taken yet, and the guest waits when it is full.
 */
struct pump {
	struct wire *wire;
	bool live;
	struct str channel;
	struct str raw;
	size_t used;
	struct facts *facts;
	int to;
	struct str text;
	size_t done;
	bool is_tty[3], more;
	struct utf8_stream clean[3];
	struct input input;
	int events, idle_ms;
};

/**
 * pump_begin() - before the machine starts
 * @wire:  filled; live input comes from our standard input
 * @live:  it runs a command
 * @facts: begun by facts_begin()
 */
void pump_begin(struct pump *p, struct wire *wire, bool live,
		struct facts *facts);

/**
 * pump_tick() - show what there is, as far as the reader of our output takes it
 *		 at once, and pass on what there is of input
 *
 * Fits machine_config.tick. Dies when our streams fail.
 *
 * Return: ms until the next look, 0 when what the guest sends is damaged.
 */
int pump_tick(void *pump);

/**
 * pump_end() - show the rest, waiting for the reader
 * @stop_fd: when it is readable, give up
 *
 * Return: false if it gave up.
 */
bool pump_end(struct pump *p, int stop_fd);
void pump_done(struct pump *p);
