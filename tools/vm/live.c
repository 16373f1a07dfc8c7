/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/live.h"

#include <signal.h>
#include <unistd.h>

void live_tick(void *live)
{
	struct live *l = live;

	if (l->pump)
		pump_tick(l->pump);
	if (l->shows_dmesg)
		dmesg_tick(&l->dmesg);
	if (!l->terminal || l->ended ||
	    !terminal_has_ended(l->terminal, &l->how))
		return;
	l->ended = true;
	(void)kill(getpid(), LIVE_SIGNAL);
}

void live_end(struct live *l)
{
	/* Ctrl-A X just before the machine's own end counts, too. */
	if (l->terminal && !l->ended)
		l->ended = terminal_has_ended(l->terminal, &l->how);
	if (l->terminal)
		terminal_end(l->terminal);
	if (!l->shows_dmesg)
		return;
	l->dmesg.raw = false;
	dmesg_end(&l->dmesg);
}
