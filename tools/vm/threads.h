/* SPDX-License-Identifier: GPL-2.0-or-later */
/* threads.h - on how many threads of the host TCG runs a guest. */
#pragma once

#include "tools/vm/request.h"

/**
 * threads_choose() - set @c->one_thread
 * @c: with clock, accelerator and topology
 *
 * TCG has a thread for each CPU under the real clock, but for a QEMU with a
 * fault that makes guests panic then. Dies when what was asked for cannot be
 * had.
 */
void threads_choose(const struct request *req, struct machine_config *c);

/**
 * threads_for_performance() - performance mode wants a thread for each CPU
 *
 * Dies when one thread was asked for.
 */
void threads_for_performance(const struct request *req,
			     struct machine_config *c);

/* Say what the fault changes for a machine that is about to start: that CPUs
 * share a thread, once for each boot of the host. */
void threads_tell(const struct machine_config *c);

/* May TCG of this QEMU have a thread for each CPU? */
bool threads_are_sound(const char *qemu);

/* Has it, though it may not? */
bool threads_are_dared(const struct machine_config *c);
