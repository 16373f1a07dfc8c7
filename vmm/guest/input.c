/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/input.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "vmm/guest/clock.h"

/* Mapped at once: the ring as a whole. */
#define PIECE_BYTES WIRE_RING_BYTES
#define PIPE_BYTES  (1 << 20)
/* In one go, for a reader that does not rest: others have their turn then. */
#define FEED_MAX (4 << 20)
/* Live input: looks at the ring come as often as this after some came, then
 * each takes twice as long as the one before. */
#define IDLE_MIN_NS (NS_PER_MS / 2)
#define IDLE_MAX_NS (10 * NS_PER_MS)

static bool is_live(const struct input *in)
{
	return in->regions->job->flags & WIRE_LIVE_INPUT;
}

/* How many bytes there are so far, and are there all? */
static uint64_t available(const struct input *in, bool *ret_all)
{
	const struct wire_control *c = in->regions->control;

	if (!is_live(in)) {
		*ret_all = true;
		return in->regions->job->input_len;
	}
	/* The host counts the last bytes before it says that they are. */
	*ret_all = atomic_load_explicit(&c->input_ended, memory_order_acquire);
	return atomic_load_explicit(&c->input_written, memory_order_acquire);
}

int input_open(struct input *in, const struct regions *r, int *ret_read)
{
	int fd[2];

	*in = (struct input){ .regions = r, .fd = -1 };
	*ret_read = -1;
	if (r->job->input_len == 0)
		return 0;
	if (pipe2(fd, O_CLOEXEC) < 0)
		return -errno;
	(void)fcntl(fd[1], F_SETPIPE_SZ, PIPE_BYTES);
	if (fcntl(fd[1], F_SETFL, O_NONBLOCK) < 0) {
		int saved = errno;

		close(fd[0]);
		close(fd[1]);
		return -saved;
	}
	in->fd = fd[1];
	*ret_read = fd[0];
	return 0;
}

static void unmap(struct input *in)
{
	if (in->piece)
		regions_unmap(in->piece, in->piece_len);
	in->piece = NULL;
}

/* Map what is at @at of the input, up to the end of its piece. Return: the
 * bytes and their number, or NULL. */
static const char *map(struct input *in, uint64_t at, size_t *ret_len)
{
	const struct wire_job *job = in->regions->job;
	uint64_t piece_at = at / PIECE_BYTES * PIECE_BYTES;
	uint64_t left = job->input_len - piece_at;

	if (!in->piece || in->piece_at != piece_at) {
		unmap(in);
		in->piece_at = piece_at;
		in->piece_len = left < PIECE_BYTES ? left : PIECE_BYTES;
		in->piece = regions_map_job(
			in->regions, job->input_at + piece_at, in->piece_len);
	}
	if (!in->piece)
		return NULL;
	*ret_len = in->piece_len - (size_t)(at - piece_at);
	return in->piece + (at - piece_at);
}

/* Write one run of bytes. Return: false when the pipe takes no more. */
static bool write_some(struct input *in, uint64_t left)
{
	uint64_t at = in->taken % in->regions->job->input_len;
	size_t len;
	const char *data = map(in, at, &len);
	ssize_t n;

	if (!data) {
		input_close(in);
		return false;
	}
	n = write(in->fd, data, left < len ? left : len);
	if (n < 0 && errno == EINTR)
		return true;
	/* Who reads no more has closed its end. */
	if (n < 0 && errno != EAGAIN)
		input_close(in);
	if (n <= 0)
		return false;
	in->taken += (uint64_t)n;
	atomic_store_explicit(&in->regions->channel->input_taken, in->taken,
			      memory_order_release);
	return true;
}

void input_feed(struct input *in)
{
	uint64_t there, before = in->taken;
	bool all;

	while (in->fd >= 0 && in->taken - before < FEED_MAX) {
		there = available(in, &all);
		if (in->taken < there && write_some(in, there - in->taken))
			continue;
		if (in->taken == there && all)
			input_close(in);
		break;
	}
	if (in->taken != before || in->idle_ns == 0)
		in->idle_ns = IDLE_MIN_NS;
	else if (in->idle_ns < IDLE_MAX_NS)
		in->idle_ns *= 2;
}

uint64_t input_wait_ns(const struct input *in)
{
	bool all;

	if (in->fd < 0)
		return UINT64_MAX;
	return in->taken < available(in, &all) ? 0 : in->idle_ns;
}

void input_close(struct input *in)
{
	unmap(in);
	if (in->fd >= 0)
		close(in->fd);
	in->fd = -1;
}
