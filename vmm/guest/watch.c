/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"

int watch_init(struct watch *w, struct channel *c)
{
	sigset_t set;

	*w = (struct watch){ .channel = c,
			     .signal_fd = -1,
			     .work_log = -1,
			     .input.fd = -1,
			     .dump.fd = -1 };
	for (int i = 0; i < WATCH_LOGS; i++)
		w->log[i].fd = -1;
	/* No kernel log is no reason to stop: the console has it too. */
	(void)kmsg_open(&w->kmsg);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	w->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return w->signal_fd < 0 ? -errno : 0;
}

static void serve(struct watch *w)
{
	struct signalfd_siginfo info;

	while (read(w->signal_fd, &info, sizeof(info)) > 0)
		;
	children_reap(&w->children);
	for (int i = 0; i < WATCH_LOGS; i++)
		textlog_drain(&w->log[i], w->channel);
	for (size_t i = 0; i < w->more_count; i++)
		textlog_drain(w->more[i], w->channel);
	input_feed(&w->input);
	kmsg_drain(&w->kmsg, w->channel);
	uint64_t now = clock_now_ns();
	if (w->feeder)
		atomic_store(&w->feeder->heartbeat, now);
	if (w->late_at && now >= w->late_at && w->late)
		w->late(w);
	if (w->look && now >= w->look_at) {
		w->look_at = now + w->look_every_ns;
		w->look(w->look_arg);
	}
}

void watch_phase(struct watch *w, enum phase phase, uint64_t limit_ns)
{
	w->phase = phase;
	w->limit_ns = limit_ns;
	uint64_t now = clock_now_ns();
	struct str out = { 0 };

	json_open(&out, "phase");
	json_text(&out, "name", phase_name(phase));
	json_number(&out, "at_ns", now);
	channel_send(w->channel, &out);
	w->late_at = limit_ns ? now + limit_ns : 0;
	if (!w->feeder)
		return;
	atomic_store(&w->feeder->phase, phase);
	atomic_store(&w->feeder->limit_ns, limit_ns);
	atomic_store(&w->feeder->late_at, w->late_at);
}

static void sleep_until(const struct watch *w, uint64_t deadline_ns)
{
	struct pollfd fd[2 + WATCH_LOGS + WATCH_MORE];
	uint64_t now = clock_now_ns(), look = input_wait_ns(&w->input);
	struct timespec left;

	/* Where the pipe is full, wait for it; else look again in time. */
	if (look > 0 && look < UINT64_MAX && deadline_ns > now + look)
		deadline_ns = now + look;
	fd[1 + WATCH_LOGS] =
		(struct pollfd){ .fd = look == 0 ? w->input.fd : -1,
				 .events = POLLOUT };
	fd[0] = (struct pollfd){ .fd = w->signal_fd, .events = POLLIN };
	/* The kernel's log is looked at, and never waited for: a program that
	 * writes there without end would keep us, and us a CPU. */
	for (int i = 0; i < WATCH_LOGS; i++)
		fd[1 + i] =
			(struct pollfd){ .fd = w->log[i].fd, .events = POLLIN };
	for (size_t i = 0; i < w->more_count; i++)
		fd[2 + WATCH_LOGS + i] = (struct pollfd){ .fd = w->more[i]->fd,
							  .events = POLLIN };
	left = clock_timespec(deadline_ns > now ? deadline_ns - now : 0);
	(void)ppoll(fd, 2 + WATCH_LOGS + w->more_count, &left, NULL);
}

enum watch_result watch_until(struct watch *w, uint64_t deadline_ns,
			      bool (*done)(const void *), const void *arg)
{
	for (;;) {
		uint64_t now, next, wish = UINT64_MAX;

		serve(w);
		if (w->tick)
			wish = w->tick(w->tick_arg);
		if (done && done(arg))
			return WATCH_DONE;
		if (w->lost && w->lost(w->lost_arg)) {
			w->lost = NULL;
			w->was_lost = true;
			return WATCH_LOST;
		}
		now = clock_now_ns();
		if (now >= deadline_ns)
			return WATCH_DEADLINE;
		next = now + WATCH_POLL_NS;
		if (w->look && w->look_at < next)
			next = w->look_at;
		if (wish < next)
			next = wish;
		sleep_until(w, next < deadline_ns ? next : deadline_ns);
	}
}

bool watch_child_ended(const void *child)
{
	return ((const struct child *)child)->ended;
}
