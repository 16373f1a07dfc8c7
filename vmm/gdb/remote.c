/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/gdb/remote.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"

int gdb_remote_pair(int ret[2], struct why *reterr_why)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret) < 0)
		return why_set(reterr_why, -errno, "cannot make a socket: %s",
			       strerror(errno));
	return 0;
}

void gdb_remote_begin(struct gdb_remote *g, int fd)
{
	*g = (struct gdb_remote){ .fd = fd };
}

void gdb_remote_done(struct gdb_remote *g)
{
	str_done(&g->text);
	str_done(&g->packet);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int gone(struct why *reterr_why)
{
	return why_set(reterr_why, -EPIPE,
		       "QEMU has closed its connection for a debugger");
}

static int send_all(const struct gdb_remote *g, const char *data, size_t len,
		    struct why *reterr_why)
{
	struct pollfd p = { g->fd, POLLOUT, 0 };

	while (len > 0) {
		ssize_t n = send(g->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			data += n;
			len -= (size_t)n;
			continue;
		}
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return gone(reterr_why);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return why_set(reterr_why, -errno,
				       "cannot write to QEMU's stub for a "
				       "debugger: %s",
				       strerror(errno));
		if (poll(&p, 1, GDB_MS) == 0)
			return why_set(reterr_why, -ETIME,
				       "QEMU's stub for a debugger reads "
				       "nothing");
	}
	return 0;
}

static unsigned int sum_of(const char *data, size_t len)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += (unsigned char)data[i];
	return sum & 0xff;
}

int gdb_remote_send(struct gdb_remote *g, const char *packet,
		    struct why *reterr_why)
{
	auto_str struct str s = { 0 };

	str_addf(&s, "$%s#%02x", packet, sum_of(packet, strlen(packet)));
	if (s.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return send_all(g, s.text, s.len, reterr_why);
}

static int read_more(struct gdb_remote *g, int64_t end, struct why *reterr_why)
{
	char piece[GDB_PACKET_MAX];
	struct pollfd p = { g->fd, POLLIN, 0 };
	int64_t left = end - now_ms();
	int r = poll(&p, 1, left > 0 ? (int)left : 0);

	if (r < 0 && errno == EINTR)
		return 0;
	if (r == 0)
		return why_set(reterr_why, -EAGAIN,
			       "QEMU's stub for a debugger says nothing");
	ssize_t n = r < 0 ? -1 : read(g->fd, piece, sizeof(piece));
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return gone(reterr_why);
	if (n < 0)
		return why_set(reterr_why, -errno,
			       "cannot read from QEMU's stub for a debugger: "
			       "%s",
			       strerror(errno));
	if (g->used > 0) {
		g->text.len -= g->used;
		memmove(g->text.text, g->text.text + g->used, g->text.len);
		g->used = 0;
	}
	str_add_bytes(&g->text, piece, (size_t)n);
	return g->text.failed ? why_set(reterr_why, -ENOMEM, "out of memory")
			      : 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int bad(struct why *reterr_why, const char *what)
{
	return why_set(reterr_why, -EBADMSG,
		       "QEMU's stub for a debugger sends %s", what);
}

/*
 * Take one packet of what was read. Return: 1; 0: it is not all there; or as
 * gdb_remote_receive().
 */
static int take_packet(struct gdb_remote *g, struct why *reterr_why)
{
	const char *at = str_text(&g->text) + g->used, *hash;
	size_t len = g->text.len - g->used;
	size_t size;

	while (len > 0 && *at == '+') {
		at++;
		len--;
		g->used++;
	}
	if (len == 0)
		return 0;
	if (*at != '$')
		return bad(reterr_why, "what is no packet");
	hash = memchr(at, '#', len);
	size = hash ? (size_t)(hash - at) - 1 : len - 1;
	if (size > GDB_PACKET_MAX)
		return bad(reterr_why, "a packet without an end");
	if (!hash || size + 4 > len)
		return 0;
	if (digit(hash[1]) < 0 || digit(hash[2]) < 0 ||
	    (unsigned int)(digit(hash[1]) * 16 + digit(hash[2])) !=
		    sum_of(at + 1, size))
		return bad(reterr_why, "a packet with a wrong checksum");
	g->packet.len = 0;
	str_add_bytes(&g->packet, at + 1, size);
	g->used += size + 4;
	if (g->packet.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return 1;
}

int gdb_remote_receive(struct gdb_remote *g, unsigned int ms,
		       struct why *reterr_why)
{
	int64_t end = now_ms() + ms;
	int r;

	while ((r = take_packet(g, reterr_why)) == 0) {
		r = read_more(g, end, reterr_why);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	return send_all(g, "+", 1, reterr_why);
}

int gdb_remote_ask(struct gdb_remote *g, const char *packet,
		   struct why *reterr_why)
{
	int r = gdb_remote_send(g, packet, reterr_why);

	if (r == 0)
		r = gdb_remote_receive(g, GDB_MS, reterr_why);
	if (r < 0)
		return r == -EAGAIN ? -ETIME : r;
	if (g->packet.len == 3 && g->packet.text[0] == 'E')
		return why_set(reterr_why, -EREMOTEIO,
			       "QEMU's stub for a debugger answers %s to "
			       "%.40s",
			       str_text(&g->packet), packet);
	return 0;
}

size_t gdb_unhex(const char *text, void *ret, size_t size)
{
	unsigned char *to = ret;
	size_t n = 0;

	while (n < size && digit(text[0]) >= 0 && digit(text[1]) >= 0) {
		to[n++] = (unsigned char)(digit(text[0]) * 16 + digit(text[1]));
		text += 2;
	}
	return n;
}
