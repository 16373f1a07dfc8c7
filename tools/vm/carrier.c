/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/carrier.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tools/lib/file.h"
#include "tools/vm/terminal.h"
#include "vmm/ttylink.h"

#define CTRL_A 1

static const char keys_text[] = "\r\n"
				"Ctrl-A X       end the machine\r\n"
				"Ctrl-A Ctrl-A  send one Ctrl-A\r\n"
				"Ctrl-A H       show this text\r\n";

/**
 * struct carrier - what is under way
 * @saved:   see carrier_run()
 * @ready:   the guest listens
 * @ended:   standard input has ended, @told: and the guest knows
 * @typed, @typed_len: input that was not sent yet
 * @window:  bytes that may be sent before the guest takes more
 * @link:    what the guest sent
 */
struct carrier {
	int port, hold, signals;
	const struct termios *saved;
	bool ready, ended, told, armed;
	unsigned char typed[TTYLINK_WINDOW];
	size_t typed_len;
	unsigned int window;
	struct ttylink link;
};

enum carrier_key carrier_key(unsigned char byte, bool *armed,
			     unsigned char ret[2], unsigned int *ret_count)
{
	*ret_count = 0;
	if (!*armed) {
		*armed = byte == CTRL_A;
		if (!*armed)
			ret[(*ret_count)++] = byte;
		return CARRIER_PASS;
	}
	*armed = false;
	if (byte == 'x' || byte == 'X')
		return CARRIER_QUIT;
	if (byte == 'h' || byte == 'H')
		return CARRIER_HELP;
	ret[(*ret_count)++] = CTRL_A;
	if (byte != CTRL_A)
		ret[(*ret_count)++] = byte;
	return CARRIER_PASS;
}

static void set_raw(const struct carrier *c, bool raw)
{
	struct termios t;

	if (!c->saved)
		return;
	t = *c->saved;
	if (raw)
		cfmakeraw(&t);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

static noreturn void end(const struct carrier *c, enum terminal_end how)
{
	sigset_t all;

	/* In the background by now, we would be stopped by SIGTTOU. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	set_raw(c, false);
	_exit((int)how);
}

/* To the guest. A QEMU that is gone takes nothing any more; that its machine
 * has ended, we are told by @hold. */
static void send_message(const struct carrier *c, const void *message,
			 size_t len)
{
	(void)file_write_all(c->port, message, len);
}

static void send_size(const struct carrier *c)
{
	unsigned char out[TTYLINK_PART + 2];
	unsigned int number[2];
	struct winsize size;

	if (!c->saved || !c->ready ||
	    ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
		return;
	number[0] = size.ws_row;
	number[1] = size.ws_col;
	send_message(c, out, ttylink_put_numbers(TTYLINK_SIZE, number, 2, out));
}

/* Standard output may be one that does not block: others share the terminal. */
static void show(const struct carrier *c, const unsigned char *data, size_t len)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		if (n < 0 && errno == EAGAIN)
			(void)poll(&out, 1, -1);
		else if (n < 0 && errno != EINTR)
			end(c, TERMINAL_OUTPUT);
		data += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

/* As much of what was typed as the guest takes now. */
static void send_typed(struct carrier *c)
{
	unsigned char out[TTYLINK_PART + 2];

	while (c->ready && c->typed_len && c->window) {
		size_t len = c->typed_len;

		if (len > TTYLINK_PART)
			len = TTYLINK_PART;
		if (len > c->window)
			len = c->window;
		send_message(c, out,
			     ttylink_put(TTYLINK_DATA, c->typed, len, out));
		c->window -= (unsigned int)len;
		c->typed_len -= len;
		memmove(c->typed, c->typed + len, c->typed_len);
	}
	if (c->ready && c->ended && !c->told && c->typed_len == 0) {
		send_message(c, out, ttylink_put(TTYLINK_END, NULL, 0, out));
		c->told = true;
	}
}

static void take_keys(struct carrier *c, const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char out[2] = { bytes[i], 0 };
		unsigned int count = 1;
		enum carrier_key key = CARRIER_PASS;

		if (c->saved)
			key = carrier_key(bytes[i], &c->armed, out, &count);
		if (key == CARRIER_QUIT)
			end(c, TERMINAL_KEYS);
		if (key == CARRIER_HELP)
			(void)file_write_all(STDERR_FILENO, keys_text,
					     sizeof(keys_text) - 1);
		memcpy(c->typed + c->typed_len, out, count);
		c->typed_len += count;
	}
}

static void read_input(struct carrier *c)
{
	/* A key may become two bytes. */
	unsigned char bytes[TTYLINK_WINDOW / 2];
	size_t room = (sizeof(c->typed) - c->typed_len) / 2;
	ssize_t n = read(STDIN_FILENO, bytes, room);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		take_keys(c, bytes, (size_t)n);
	else if (c->saved)
		end(c, TERMINAL_HANGUP);
	else
		c->ended = true;
}

static void take_messages(struct carrier *c)
{
	struct ttylink_message m;
	int r;

	while ((r = ttylink_take(&c->link, &m)) > 0) {
		if (m.kind == TTYLINK_READY) {
			c->ready = true;
			send_size(c);
		} else if (m.kind == TTYLINK_TAKEN) {
			c->window += ttylink_number(&m, 0);
			if (c->window > TTYLINK_WINDOW)
				end(c, TERMINAL_DAMAGED);
		} else if (m.kind == TTYLINK_DATA) {
			show(c, m.data, m.len);
		} else {
			end(c, TERMINAL_DAMAGED);
		}
	}
	if (r < 0)
		end(c, TERMINAL_DAMAGED);
}

/* Return: false when the machine has gone. */
static bool read_port(struct carrier *c)
{
	ssize_t n = read(c->port, c->link.raw + c->link.len,
			 sizeof(c->link.raw) - c->link.len);

	if (n > 0)
		c->link.len += (size_t)n;
	take_messages(c);
	return n > 0 || (n < 0 && errno == EINTR);
}

static void take_signal(const struct carrier *c)
{
	struct signalfd_siginfo info = { 0 };

	(void)!read(c->signals, &info, sizeof(info));
	if (info.ssi_signo == SIGTSTP) {
		set_raw(c, false);
		(void)raise(SIGSTOP);
	} else if (info.ssi_signo == SIGCONT) {
		set_raw(c, true);
		send_size(c);
	} else if (info.ssi_signo == SIGWINCH) {
		send_size(c);
	}
}

/* Signals that end our parent are its business: it tells us by @hold. */
static int watch_signals(void)
{
	static const int blocked[] = { SIGINT,	SIGTERM, SIGHUP,  SIGQUIT,
				       SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM };
	static const int watched[] = { SIGWINCH, SIGCONT, SIGTSTP };
	sigset_t all, some;

	sigemptyset(&some);
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		sigaddset(&some, watched[i]);
	all = some;
	for (size_t i = 0; i < sizeof(blocked) / sizeof(blocked[0]); i++)
		sigaddset(&all, blocked[i]);
	sigprocmask(SIG_SETMASK, &all, NULL);
	return signalfd(-1, &some, SFD_CLOEXEC);
}

static void carry(struct carrier *c)
{
	bool wants = !c->ended && c->typed_len < sizeof(c->typed) - 1;
	struct pollfd p[4] = {
		{ .fd = c->port, .events = POLLIN },
		{ .fd = c->signals, .events = POLLIN },
		{ .fd = wants ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = c->hold, .events = POLLIN },
	};

	if (poll(p, 4, -1) < 0)
		return;
	if (p[1].revents)
		take_signal(c);
	if (p[0].revents && !read_port(c)) {
		close(c->port); /* poll() leaves out what is negative */
		c->port = -1;
	}
	if (p[2].revents)
		read_input(c);
	send_typed(c);
	if (p[3].revents && !(p[0].revents & POLLIN))
		end(c, TERMINAL_TOLD);
}

noreturn void carrier_run(int port, int hold, const struct termios *saved)
{
	struct carrier c = {
		.port = port,
		.hold = hold,
		.saved = saved,
		.window = TTYLINK_WINDOW,
	};

	prctl(PR_SET_NAME, "ktstr-terminal");
	c.signals = watch_signals();
	set_raw(&c, true);
	for (;;)
		carry(&c);
}
