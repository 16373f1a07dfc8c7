/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a QEMU says as a stub for gdb, and then closes it, is packets, or a
 * failure with one sentence. A packet is as long as is allowed, has its frame
 * around it, and is a stop of a CPU or is not.
 */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vmm/gdb/stub.h"

/* What a socket holds at once, well within. */
#define SIZE_MAX_SENT 16384

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_failure(int r, const struct why *why)
{
	if ((r != -EPIPE && r != -EBADMSG && r != -ENOMEM) || !*why->text ||
	    strlen(why->text) >= 400)
		abort();
}

/* Two digits of the checksum stand behind the packet that was just taken. */
static void check_packet(const struct gdb_remote *g)
{
	const char *behind = str_text(&g->text) + g->used;
	unsigned char bytes[GDB_PACKET_MAX];

	if (g->packet.len > GDB_PACKET_MAX || g->used < 4 ||
	    behind[-3] != '#' || !isxdigit((unsigned char)behind[-2]) ||
	    !isxdigit((unsigned char)behind[-1]))
		abort();
	if (gdb_unhex(str_text(&g->packet), bytes, sizeof(bytes)) >
	    g->packet.len / 2)
		abort();
}

static void check_stop(const struct gdb_remote *g)
{
	struct gdb_stop stop;
	struct why why = { .text = "" };
	int r = gdb_read_stop(g, &stop, &why);

	if (r < 0)
		check_failure(r, &why);
	else if (stop.signal > 255 ||
		 !memchr(stop.thread, '\0', sizeof(stop.thread)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gdb_remote g;
	struct why why = { .text = "" };
	int end[2], r;

	if (size > SIZE_MAX_SENT || gdb_remote_pair(end, &why) < 0)
		return 0;
	if (send(end[1], data, size, MSG_NOSIGNAL) != (ssize_t)size ||
	    shutdown(end[1], SHUT_WR) < 0)
		abort();
	gdb_remote_begin(&g, end[0]);
	while ((r = gdb_remote_receive(&g, 1000, &why)) == 0) {
		char answers[64];

		/* Each packet is answered; a socket that nobody reads is full
		 * of that one day. */
		(void)!recv(end[1], answers, sizeof(answers), MSG_DONTWAIT);
		check_packet(&g);
		check_stop(&g);
	}
	check_failure(r, &why);
	gdb_remote_done(&g);
	close(end[0]);
	close(end[1]);
	return 0;
}
