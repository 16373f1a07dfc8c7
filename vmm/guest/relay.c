/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include "tools/lib/file.h"
#include "vmm/guest/spawn.h"
#include "vmm/ttylink.h"

/**
 * struct state - the relay's own
 * @input:  -1 once there is no more input, or nobody who reads it
 * @queue:  input that @input has not taken yet, and @queued bytes of it
 * @taken:  bytes that the host has to be told of
 */
struct state {
	int port, input, stop;
	bool is_tty;
	struct ttylink link;
	unsigned char queue[TTYLINK_WINDOW];
	size_t queued;
	unsigned int taken;
};

/* The host's side is QEMU: it takes what we write, or all is lost anyway. */
static void send_message(struct state *s, const void *message, size_t len)
{
	if (file_write_all(s->port, message, len) < 0)
		_exit(1);
}

static void send_taken(struct state *s)
{
	unsigned char out[TTYLINK_PART + 2];

	if (s->taken == 0)
		return;
	send_message(s, out,
		     ttylink_put_numbers(TTYLINK_TAKEN, &s->taken, 1, out));
	s->taken = 0;
}

static void end_input(struct state *s)
{
	if (s->input >= 0)
		close(s->input);
	s->input = -1;
}

static void set_size(const struct state *s, const struct ttylink_message *m)
{
	struct winsize size = {
		.ws_row = (unsigned short)ttylink_number(m, 0),
		.ws_col = (unsigned short)ttylink_number(m, 1),
	};

	if (s->is_tty && s->input >= 0)
		(void)ioctl(s->input, TIOCSWINSZ, &size);
}

/* Give the shell what it takes. */
static void pass_on(struct state *s)
{
	ssize_t n = (ssize_t)s->queued;

	if (s->queued == 0)
		return;
	if (s->input >= 0)
		n = write(s->input, s->queue, s->queued);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) { /* nobody reads any more: the rest is for nobody */
		end_input(s);
		n = (ssize_t)s->queued;
	}
	s->queued -= (size_t)n;
	memmove(s->queue, s->queue + n, s->queued);
	s->taken += (unsigned int)n;
}

/* Messages in their order; data behind data that waits has to wait, too. */
static void read_messages(struct state *s)
{
	struct ttylink_message m;

	while (ttylink_take(&s->link, &m) > 0) {
		if (m.kind == TTYLINK_DATA) {
			/* The host keeps to the window. */
			if (s->queued + m.len > sizeof(s->queue))
				_exit(1);
			memcpy(s->queue + s->queued, m.data, m.len);
			s->queued += m.len;
			pass_on(s);
		} else if (m.kind == TTYLINK_SIZE) {
			set_size(s, &m);
		} else if (m.kind == TTYLINK_END && s->queued == 0) {
			end_input(s);
		} else if (m.kind == TTYLINK_END) {
			/* Again, once the queue is empty. */
			s->link.len =
				ttylink_put(TTYLINK_END, NULL, 0, s->link.raw);
			return;
		}
	}
}

static void read_port(struct state *s)
{
	ssize_t n = read(s->port, s->link.raw + s->link.len,
			 sizeof(s->link.raw) - s->link.len);

	if (n > 0)
		s->link.len += (size_t)n;
	read_messages(s);
}

/* Send what the shell has written; false when there is nothing. */
static bool send_output(struct state *s)
{
	unsigned char data[TTYLINK_PART], out[TTYLINK_PART + 2];
	ssize_t n;

	if (!s->is_tty || s->input < 0)
		return false;
	n = read(s->input, data, sizeof(data));
	if (n <= 0)
		return false;
	send_message(s, out, ttylink_put(TTYLINK_DATA, data, (size_t)n, out));
	return true;
}

/* What init has open is not ours: its end of a pipe would be one reader more.
 */
static void close_others(const struct state *s)
{
	for (int fd = 3; fd < 1024; fd++) {
		if (fd != s->port && fd != s->input && fd != s->stop)
			close(fd);
	}
}

static noreturn void carry(struct state *s)
{
	unsigned char out[TTYLINK_PART + 2];

	prctl(PR_SET_NAME, "ktstr-relay");
	signal(SIGPIPE, SIG_IGN);
	close_others(s);
	send_message(s, out, ttylink_put(TTYLINK_READY, NULL, 0, out));
	for (;;) {
		struct pollfd p[3] = {
			{ .fd = s->port, .events = POLLIN },
			{ .fd = s->stop, .events = POLLIN },
			{ .fd = s->input,
			  .events = (short)((s->is_tty ? POLLIN : 0) |
					    (s->queued ? POLLOUT : 0)) },
		};

		if (poll(p, 3, -1) < 0)
			continue;
		if (p[2].revents & POLLERR)
			end_input(s); /* nobody reads any more */
		if (p[2].revents)
			pass_on(s);
		read_messages(s);
		if (p[2].revents & POLLIN)
			(void)send_output(s);
		if (p[0].revents)
			read_port(s);
		send_taken(s);
		if (p[1].revents) {
			while (send_output(s))
				continue;
			(void)tcdrain(s->port);
			_exit(0);
		}
	}
}

int relay_start(int port, int input, bool is_tty, struct relay *ret,
		struct why *reterr_why)
{
	struct sched_param high = { .sched_priority = SPAWN_INIT_PRIORITY - 1 };
	struct state s = { .port = port, .input = input, .is_tty = is_tty };
	int stop[2];
	pid_t pid;

	if (pipe2(stop, O_CLOEXEC) < 0)
		return why_set(reterr_why, -errno, "cannot make a pipe");
	pid = fork();
	if (pid == 0) {
		close(stop[1]);
		s.stop = stop[0];
		carry(&s);
	}
	close(stop[0]);
	if (pid < 0) {
		int error = errno;

		close(stop[1]);
		return why_set(reterr_why, -error, "cannot fork");
	}
	(void)sched_setscheduler(pid, SCHED_FIFO, &high);
	*ret = (struct relay){ .pid = pid, .stop = stop[1] };
	return 0;
}
