/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever the kernel's log has, in records of any form, must become frames
 * that the host takes, and no more than are allowed. Each line is a record.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vmm/facts.h"
#include "vmm/guest/kmsg.h"

#define RECORDS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As /dev/kmsg has it: each read is one record. */
static void send_records(int fd, const char *data, size_t size)
{
	const char *end = data + size;

	for (int i = 0; data < end && i < RECORDS; i++) {
		const char *newline = memchr(data, '\n', (size_t)(end - data));
		const char *stop = newline ? newline : end;

		if (stop > data && send(fd, data, (size_t)(stop - data), 0) < 0)
			abort();
		data = stop + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct channel c = { 0 };
	struct kmsg k = { 0 };
	struct facts f;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds) < 0)
		abort();
	send_records(fds[1], (const char *)data, size);
	close(fds[1]);
	k.fd = fds[0];
	kmsg_close(&k, &c);
	if (channel_end(&c) < 0 ||
	    facts_read(str_text(&c.held), c.held.len, &f) < 0)
		abort();
	if (!f.complete || json_array_size(f.kmsg) != k.sent ||
	    k.sent > KMSG_FRAMES_MAX + KMSG_SPLATS_MAX ||
	    (k.dropped || k.overrun) != (f.kmsg_lost != NULL))
		abort();
	facts_done(&f);
	str_done(&c.held);
	return 0;
}
