/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * terminal.h - our standard input and output, connected to a shell in the guest
 * by a serial port (vmm/ttylink.h).
 *
 * The work is done by a process of its own. It puts the terminal back into
 * order when it is told to end, and as well when we are gone, however we died.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

#include "tools/lib/why.h"

/* How the process ended. */
enum terminal_end {
	TERMINAL_TOLD,	  /* by terminal_end() */
	TERMINAL_KEYS,	  /* Ctrl-A X was typed */
	TERMINAL_HANGUP,  /* standard input is gone */
	TERMINAL_DAMAGED, /* what the guest sent is no message */
	TERMINAL_OUTPUT,  /* standard output takes no more */
	TERMINAL_KILLED,  /* somebody else killed it */
};

/**
 * struct terminal - the connection
 * @is_tty: standard input is a terminal, which is raw until terminal_end()
 * @port:   what QEMU gets as serial port, a socket; never 0
 * @pid:    the process, 0 when there is none (any more)
 * @hold:   the process ends when this is closed
 * @saved:  how the terminal was
 */
struct terminal {
	bool is_tty;
	int port, hold;
	pid_t pid;
	struct termios saved;
};

/**
 * terminal_begin() - start the process
 *
 * What is typed from here on waits until the guest listens.
 *
 * Return: 0 or -errno with a sentence.
 */
int terminal_begin(struct terminal *t, struct why *reterr_why);

/* Has the process ended by itself? If so, @ret says how. */
bool terminal_has_ended(struct terminal *t, enum terminal_end *ret);

/* For terminal_end(), where nothing is lost that anybody wants. */
#define TERMINAL_LAST_MS 1000

/**
 * terminal_end() - put the terminal back into order
 *
 * The process writes what has come, and ends. It is killed when that takes more
 * than @patience_ms, -1 for no limit, or when @stop_fd, which may be -1, is
 * readable before: nobody may read our output. Nothing the second time.
 */
void terminal_end(struct terminal *t, int patience_ms, int stop_fd);
