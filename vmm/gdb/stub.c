/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/gdb/stub.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cleanup.h"

/* Of a "m" packet: two digits a byte. */
#define MEMORY_MAX 1024

static int ask_ok(struct gdb_remote *g, const char *packet,
		  struct why *reterr_why)
{
	int r = gdb_remote_ask(g, packet, reterr_why);

	if (r == 0 && strcmp(str_text(&g->packet), "OK") != 0)
		return why_set(reterr_why, -ENOTSUP,
			       "QEMU's stub for a debugger does not know %s",
			       packet);
	return r;
}

int gdb_begin(struct gdb_remote *g, struct why *reterr_why)
{
	int r = gdb_remote_ask(g, "qSupported:multiprocess+;vContSupported+",
			       reterr_why);

	/* A machine that ran before says first that it was stopped. */
	if (r == 0 && str_text(&g->packet)[0] == 'T')
		r = gdb_remote_receive(g, GDB_MS, reterr_why);
	if (r < 0)
		return r == -EAGAIN ? -ETIME : r;
	/* Without it a step hides interrupts and stops timers:
	 * https://www.qemu.org/docs/master/system/gdb.html, "Advanced
	 * debugging options". */
	return ask_ok(g, "Qqemu.sstep=0x1", reterr_why);
}

int gdb_break(struct gdb_remote *g, uint64_t at, bool set,
	      struct why *reterr_why)
{
	char packet[64];

	snprintf(packet, sizeof(packet), "%c0,%" PRIx64 ",1", set ? 'Z' : 'z',
		 at);
	return ask_ok(g, packet, reterr_why);
}

int gdb_continue(struct gdb_remote *g, struct why *reterr_why)
{
	return gdb_remote_send(g, "c", reterr_why);
}

int gdb_go(struct gdb_remote *g, const char *const *step, size_t count,
	   struct why *reterr_why)
{
	auto_str struct str packet = { 0 };

	if (count == 0)
		return gdb_continue(g, reterr_why);
	str_add(&packet, "vCont");
	for (size_t i = 0; i < count; i++)
		str_addf(&packet, ";s:%s", step[i]);
	str_add(&packet, ";c");
	return gdb_remote_send(g, str_text(&packet), reterr_why);
}

int gdb_read_stop(const struct gdb_remote *g, struct gdb_stop *ret,
		  struct why *reterr_why)
{
	const char *text = str_text(&g->packet), *at;
	struct gdb_stop s = { 0 };

	if (text[0] == 'W' || text[0] == 'X')
		s.ended = true;
	else if ((text[0] != 'T' && text[0] != 'S') ||
		 sscanf(text + 1, "%2x", &s.signal) != 1)
		return why_set(reterr_why, -EBADMSG,
			       "QEMU's stub for a debugger says '%.40s' where "
			       "it should say why the machine stands",
			       text);
	at = text[0] == 'T' ? strstr(text, "thread:") : NULL;
	if (at)
		snprintf(s.thread, sizeof(s.thread), "%.*s",
			 (int)strcspn(at + 7, ";"), at + 7);
	*ret = s;
	return 0;
}

int gdb_registers(struct gdb_remote *g, const struct gdb_stop *s,
		  uint64_t ret[GDB_REGISTERS], struct why *reterr_why)
{
	char packet[64];
	int r;

	snprintf(packet, sizeof(packet), "Hg%s", s->thread);
	r = ask_ok(g, packet, reterr_why);
	if (r == 0)
		r = gdb_remote_ask(g, "g", reterr_why);
	if (r < 0)
		return r;
	/* Little-endian, as we are. */
	if (gdb_unhex(str_text(&g->packet), ret, GDB_REGISTERS * sizeof(*ret)) <
	    GDB_REGISTERS * sizeof(*ret))
		return why_set(reterr_why, -EBADMSG,
			       "QEMU's stub for a debugger tells of too few "
			       "registers");
	return 0;
}

int gdb_memory(struct gdb_remote *g, uint64_t at, void *ret, size_t len,
	       struct why *reterr_why)
{
	char *to = ret;
	char packet[64];

	while (len > 0) {
		size_t part = len < MEMORY_MAX ? len : MEMORY_MAX;
		int r;

		snprintf(packet, sizeof(packet), "m%" PRIx64 ",%zx", at, part);
		r = gdb_remote_ask(g, packet, reterr_why);
		if (r == -EREMOTEIO)
			return -EFAULT;
		if (r < 0)
			return r;
		if (gdb_unhex(str_text(&g->packet), to, part) < part)
			return why_set(reterr_why, -EBADMSG,
				       "QEMU's stub for a debugger sends less "
				       "of the memory than was asked for");
		at += part;
		to += part;
		len -= part;
	}
	return 0;
}

int gdb_monitor(struct gdb_remote *g, const char *command, struct str *ret,
		struct why *reterr_why)
{
	auto_str struct str packet = { 0 };
	char piece[GDB_PACKET_MAX / 2];
	int r;

	str_add(&packet, "qRcmd,");
	for (const char *c = command; *c; c++)
		str_addf(&packet, "%02x", (unsigned char)*c);
	r = gdb_remote_ask(g, str_text(&packet), reterr_why);
	/* Its words come in packets "O", and "OK" is the last. */
	while (r == 0 && strcmp(str_text(&g->packet), "OK") != 0) {
		const char *text = str_text(&g->packet);

		if (text[0] != 'O')
			return why_set(reterr_why, -ENOTSUP,
				       "QEMU's stub for a debugger has no "
				       "monitor");
		size_t n = gdb_unhex(text + 1, piece, sizeof(piece));

		str_add_bytes(ret, piece, n);
		r = gdb_remote_receive(g, GDB_MS, reterr_why);
	}
	if (r == 0 && ret->failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return r == -EAGAIN ? -ETIME : r;
}
