/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/input.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/str.h"

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Wait until there is something to read, or its end. */
static void wait_for_input(time_t end, unsigned int timeout_s)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	int r;

	do {
		time_t left = end - now();

		r = left < 0 ? 0 : poll(&in, 1, (int)(left + 1) * 1000);
	} while (r < 0 && errno == EINTR);
	if (r == 0)
		die(EX_TIMEOUT,
		    "standard input did not end within %u s, and the machine "
		    "starts with all of it; '</dev/null' gives it none",
		    timeout_s);
}

size_t input_read(unsigned int timeout_s, char **ret)
{
	time_t end = now() + (time_t)timeout_s;
	struct str all = { 0 };
	char piece[65536];
	ssize_t n;

	*ret = NULL;
	if (isatty(STDIN_FILENO))
		die(EX_USAGE, "standard input is a terminal, which exec does "
			      "not carry into the machine: 'shell' does; "
			      "'</dev/null' gives COMMAND no input");
	do {
		wait_for_input(end, timeout_s);
		n = read(STDIN_FILENO, piece, sizeof(piece));
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			die(EX_BROKEN, "cannot read standard input: %m");
		str_add_bytes(&all, piece, n > 0 ? (size_t)n : 0);
		if (all.len > INPUT_MAX)
			die(EX_USAGE,
			    "standard input is longer than %u MiB, and all of "
			    "it has to be in the machine before it starts; "
			    "--include a file, or give '</dev/null'",
			    INPUT_MAX >> 20);
	} while (n != 0);
	if (all.failed)
		die(EX_BROKEN, "out of memory");
	*ret = all.text;
	return all.len;
}
