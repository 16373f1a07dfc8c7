/* SPDX-License-Identifier: GPL-2.0-or-later */
/* input.h - our standard input, for the command in the machine. */
#pragma once

#include <stdbool.h>

#include "vmm/machine.h"
#include "vmm/wire.h"

/**
 * input_check() - refuse what cannot be carried
 *
 * Nothing of the host reaches a machine of the virtual clock once it runs, so
 * dies for a terminal there.
 */
void input_check(enum vm_clock clock);

/**
 * input_read() - all of standard input, into the job region
 * @at:        offset there
 * @timeout_s: how long to wait for its end
 *
 * Dies when there is more than fits, and with EX_TIMEOUT when it does not end
 * in time.
 *
 * Return: how many bytes.
 */
uint64_t input_read(struct wire *w, uint64_t at, unsigned int timeout_s);

/**
 * struct input - standard input that goes on while the machine runs
 * @ended: all of it was put into the ring, or there is none
 * @full:  the ring is full: the guest has to take some before more is read
 */
struct input {
	struct wire *wire;
	bool ended, full;
};

/**
 * input_feed() - put what there is into the ring, without waiting
 *
 * At most about two rings full, however fast the guest claims to take it.
 *
 * Return: 1 if there was any, 0; or -EBADMSG, as wire_input_room().
 */
int input_feed(struct input *in, struct why *reterr_why);
