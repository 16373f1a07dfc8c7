/* SPDX-License-Identifier: GPL-2.0-or-later */
/* carrier.h - the process between our terminal and a serial port. */
#pragma once

#include <stdbool.h>
#include <stdnoreturn.h>
#include <termios.h>

/**
 * carrier_run() - carry bytes both ways until the end; then exit
 * @port:  our end of the serial port, a socket
 * @hold:  a pipe's reading end: end when it closes
 * @saved: standard input is a terminal, and was like this; NULL: it is none,
 *	   and what comes is not for standard output either
 *
 * The exit status is an enum terminal_end. Ctrl-A is the key that is not for
 * the guest: Ctrl-A X ends the machine, Ctrl-A Ctrl-A is one Ctrl-A, Ctrl-A H
 * shows the keys; before another key it is a key as others are.
 */
noreturn void carrier_run(int port, int hold, const struct termios *saved);

/* One key behind another, as carrier_run() takes them. */
enum carrier_key {
	CARRIER_PASS, /* for the guest: *@ret_count bytes in @ret */
	CARRIER_QUIT,
	CARRIER_HELP,
};

/**
 * carrier_key() - what a byte from the terminal means
 * @armed: in and out: the byte before it was Ctrl-A
 */
enum carrier_key carrier_key(unsigned char byte, bool *armed,
			     unsigned char ret[2], unsigned int *ret_count);
