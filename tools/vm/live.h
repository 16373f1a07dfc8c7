/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.h - what a person sees of a machine while it runs. */
#pragma once

#include "tools/vm/dmesg.h"
#include "tools/vm/outside.h"
#include "tools/vm/phases.h"
#include "tools/vm/pump.h"
#include "tools/vm/terminal.h"

/* What ends the machine when its terminal has: it is one of the signals that
 * launch() watches for. */
#define LIVE_SIGNAL SIGUSR1

/**
 * struct live - all of it; what is not wanted is NULL or false
 * @ended: the terminal ended by itself, by @how
 */
struct live {
	struct pump *pump;
	struct terminal *terminal;
	struct phases *phases;
	struct outside *outside;
	struct dmesg dmesg;
	bool shows_dmesg, ended;
	enum terminal_end how;
};

/* For machine_config.tick. */
int live_tick(void *live);
/* The machine has ended: show the rest of the kernel's messages, and put the
 * terminal back into order. A reader of ours is waited for until @stop_fd is
 * readable; not for long when we were told to stop already. */
void live_end(struct live *l, int stop_fd, bool stopped);
