/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/input.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdnoreturn.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/msg.h"

#define PIECE_BYTES (1 << 20)

void input_check(enum vm_clock clock)
{
	if (clock == CLOCK_VIRTUAL && isatty(STDIN_FILENO))
		die(EX_USAGE,
		    "standard input is a terminal, of which nothing reaches a "
		    "machine of the virtual clock; '</dev/null' gives COMMAND "
		    "no input, --clock=real passes it on line by line, and "
		    "'shell' is for more");
}

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
		    "standard input did not end within %u s, and under the "
		    "virtual clock the machine starts with all of it; "
		    "'</dev/null' gives it none, --clock=real carries it live",
		    timeout_s);
}

static ssize_t read_piece(void *data, size_t len)
{
	ssize_t n;

	do {
		n = read(STDIN_FILENO, data, len);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN)
		die(EX_BROKEN, "cannot read standard input: %m");
	return n;
}

static noreturn void die_of_length(uint64_t room)
{
	die(EX_USAGE,
	    "standard input is longer than %" PRIu64
	    " MiB, and under the virtual clock all of it has to be in the "
	    "machine before it starts; --clock=real carries it live, "
	    "'</dev/null' gives none",
	    room >> 20);
}

uint64_t input_read(struct wire *w, uint64_t at, unsigned int timeout_s)
{
	static char piece[PIECE_BYTES];
	time_t end = now() + (time_t)timeout_s;
	uint64_t len = 0, room = WIRE_JOB_BYTES - at;
	struct stat st;
	ssize_t n;

	/* Not read for nothing. */
	if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size - lseek(STDIN_FILENO, 0, SEEK_CUR) > (off_t)room)
		die_of_length(room);
	for (;;) {
		wait_for_input(end, timeout_s);
		n = read_piece(piece, sizeof(piece));
		if (n < 0)
			continue;
		if (n == 0)
			return len;
		if ((uint64_t)n > room - len)
			die_of_length(room);
		if (pwrite(w->job_fd, piece, (size_t)n, (off_t)(at + len)) != n)
			die(EX_BROKEN, "cannot write a memory file: %m");
		len += (uint64_t)n;
	}
}

int input_feed(struct input *in, struct why *reterr_why)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	uint64_t begin = in->wire->put;

	/* A guest may claim to have taken all, as often as we look. */
	while (!in->ended && in->wire->put - begin < WIRE_RING_BYTES) {
		char *at;
		ssize_t n, room = wire_input_room(in->wire, &at, reterr_why);

		if (room < 0)
			return (int)room;
		in->full = room == 0;
		if (in->full || poll(&p, 1, 0) <= 0)
			break;
		n = read_piece(at, (size_t)room);
		if (n < 0)
			break;
		in->ended = n == 0;
		wire_input_put(in->wire, (size_t)n, in->ended);
		if (in->ended)
			return 1;
	}
	return in->wire->put != begin;
}
