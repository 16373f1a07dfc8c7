/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remote.h - packets to and from a gdb stub over a socket.
 *
 * The protocol:
 * https://sourceware.org/gdb/current/onlinedocs/gdb.html/Remote-Protocol.html
 * ("Overview", "Packets", "Stop Reply Packets"). Ours is QEMU's stub
 * (gdbstub.c), which sends packets of at most 4096 characters and wants each
 * acknowledged.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/* What QEMU's stub sends and takes at most. */
#define GDB_PACKET_MAX 4096
/* Longest answer to what does not run the machine. */
#define GDB_MS 20000

/**
 * struct gdb_remote - our end of the socket
 * @fd:     not owned
 * @text:   read, of which @used bytes were taken
 * @packet: the content of the last packet
 */
struct gdb_remote {
	int fd;
	struct str text, packet;
	size_t used;
};

#define auto_gdb_remote __attribute__((cleanup(gdb_remote_done)))

/* A socket for @gdb_remote.fd and QEMU's end of it. Return: 0 or -errno. */
int gdb_remote_pair(int ret[2], struct why *reterr_why);

void gdb_remote_begin(struct gdb_remote *g, int fd);
void gdb_remote_done(struct gdb_remote *g);

/* Send @packet, without its frame. Return: 0; -EPIPE: the other end is closed;
 * -ETIME; -errno. */
int gdb_remote_send(struct gdb_remote *g, const char *packet,
		    struct why *reterr_why);

/**
 * gdb_remote_receive() - the next packet, to @g->packet
 * @ms: longest wait; 0: only what is there
 *
 * Return: 0, or with @reterr_why
 * * -EAGAIN  - there is no whole packet in time
 * * -EPIPE   - the stub is gone
 * * -EBADMSG - what came is no packet, or its checksum is wrong, or it is
 *	        longer than GDB_PACKET_MAX
 * * -ENOMEM, -errno
 */
int gdb_remote_receive(struct gdb_remote *g, unsigned int ms,
		       struct why *reterr_why);

/**
 * gdb_remote_ask() - send @packet and wait for its answer, in @g->packet
 *
 * Return: as the two; -ETIME in place of -EAGAIN; -EREMOTEIO: the stub answers
 * with an error.
 */
int gdb_remote_ask(struct gdb_remote *g, const char *packet,
		   struct why *reterr_why);

/* Bytes from the hexadecimal digits of @text. Return: how many, at most @size;
 * it ends at the first pair that is none. */
size_t gdb_unhex(const char *text, void *ret, size_t size);
