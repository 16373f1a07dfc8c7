/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/live.h"

#include <signal.h>
#include <unistd.h>

int live_tick(void *live)
{
	struct live *l = live;
	int next_ms = pump_tick(l->pump);

	phases_note(l->phases, l->pump->facts);
	/* 0 would end the machine. */
	if (l->outside && next_ms > 0) {
		int sample_ms = outside_tick(l->outside);

		next_ms = sample_ms < next_ms ? sample_ms : next_ms;
	}
	if (l->shows_dmesg)
		dmesg_tick(&l->dmesg);
	if (!l->terminal || l->ended ||
	    !terminal_has_ended(l->terminal, &l->how))
		return next_ms;
	l->ended = true;
	(void)kill(getpid(), LIVE_SIGNAL);
	return next_ms;
}

void live_end(struct live *l, int stop_fd, bool stopped)
{
	/* Ctrl-A X just before the machine's own end counts, too. */
	if (l->terminal && !l->ended)
		l->ended = terminal_has_ended(l->terminal, &l->how);
	if (l->terminal)
		terminal_end(l->terminal, stopped ? TERMINAL_LAST_MS : -1,
			     stop_fd);
	if (!l->shows_dmesg)
		return;
	l->dmesg.raw = false;
	/* Who does not read the messages does not keep the command's output
	 * from its reader. */
	dmesg_tick(&l->dmesg);
	if (!stopped && pump_end(l->pump, stop_fd))
		dmesg_end(&l->dmesg, stop_fd);
}
