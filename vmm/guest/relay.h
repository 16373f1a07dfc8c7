/* SPDX-License-Identifier: GPL-2.0-or-later */
/* relay.h - between the serial port of a terminal and a shell. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "tools/lib/why.h"

/**
 * struct relay - a process that carries bytes, see vmm/ttylink.h
 * @pid:  it
 * @stop: closed: send what is left, then end
 */
struct relay {
	pid_t pid;
	int stop;
};

/**
 * relay_start() - start it
 * @port:  the serial port; the host is told that we listen
 * @input: what gets the terminal's input, non-blocking: the master side of a
 *	   pseudo terminal or a pipe; the caller closes it
 * @is_tty: it is a master side, and what comes out of it is sent to the host
 *
 * Of real-time priority, so that a scheduler under test cannot starve it.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int relay_start(int port, int input, bool is_tty, struct relay *ret,
		struct why *reterr_why);
