/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signals.h - those that end us: taken as events, so that the machine ends
 * first. */
#pragma once

#include <stdnoreturn.h>

/* Block SIGINT, SIGTERM, SIGHUP and LIVE_SIGNAL. Return: a signalfd of them;
 * dies when there can be none. */
int signals_watch(void);

/* The machine has ended: from now on they end us at once. */
void signals_end(int fd);

/* Die of @signal, as our caller expects. */
noreturn void signals_die_of(int signal);

/* The same of the one that @fd has. */
noreturn void signals_die(int fd);
