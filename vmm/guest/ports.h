/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports.h - the PC's devices that init drives itself, without kernel drivers.
 *
 * On other architectures each of these returns -ENOTSUP.
 */
#pragma once

#include <stdbool.h>

#include <stdint.h>

#include "tools/lib/why.h"

/*
 * What init writes into QEMU's isa-debug-exit device (iobase 0xf4, iosize 4)
 * as its very last act; QEMU ends with (value << 1) | 1. The host takes the
 * verdict from the channel; this only tells a planned end from all others.
 */
#define PORTS_EXIT_DONE	  0x2a /* status 85: the stream is complete */
#define PORTS_EXIT_BROKEN 0x2b /* status 87: the channel could not be used */
/* status 89: this kernel or machine has no channel; the console says why */
#define PORTS_EXIT_UNSUPPORTED 0x2c

/*
 * Longest time without a feed before the watchdog bites, an even number up to
 * 30. A busy host cannot make the virtual clock's run out; the real clock's it
 * could.
 */
#define PORTS_WATCHDOG_SECONDS	    6
#define PORTS_WATCHDOG_REAL_SECONDS 20

/* Get the right to use the ports. Return: 0 or -errno and @reterr_why. */
int ports_init(struct why *reterr_why);

/* Period of the turn timer, rounded up. */
#define PORTS_TURN_NS 122071

/**
 * ports_turn_timer() - bound the turns that QEMU gives its virtual CPUs
 *
 * Under -icount a virtual CPU runs until the next virtual timer is due. The
 * PC's real time clock at its fastest periodic rate is such a timer; nobody
 * acknowledges its interrupt, which stays masked, so it costs the guest
 * nothing.
 *
 * Return: 0 when it was seen to tick, or -errno and @reterr_why.
 */
int ports_turn_timer(struct why *reterr_why);

/* Start or feed the ib700 watchdog; stop it. */
int ports_watchdog_feed(unsigned int seconds);
int ports_watchdog_stop(void);

/**
 * ports_ready() - stand still until the host says to go on
 * @virtual_clock: stop at an exact time: by the watchdog, with all CPUs at
 *		   rest, which takes 2 s of the guest's time; else by pvpanic
 *
 * QEMU is told to pause for either. Here a template is taken and its clones
 * begin, so what init does before must not depend on the job. Each machine
 * stops here, also one that nobody takes a template of: then all run the same
 * instructions. Without such a device nothing happens. The turn timer of a
 * virtual clock is stopped.
 */
void ports_ready(bool virtual_clock);

/* The time stamp counter; 0 where there is none. */
uint64_t ports_counter(void);

/* End QEMU with @value. Returns only when there is no such device. */
int ports_exit(unsigned int value);
