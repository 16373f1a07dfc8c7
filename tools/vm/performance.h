/* SPDX-License-Identifier: GPL-2.0-or-later */
/* performance.h - --perf, and the tests that want it. */
#pragma once

#include "tools/vm/request.h"
#include "vmm/perf.h"

/**
 * performance_set_up() - make it a machine with CPUs of its own, if wanted
 * @test: name of a test that says "performance = yes", or NULL
 * @p:    storage, which @c->perf is then
 *
 * Without --perf and @test @c->perf becomes NULL. Dies with EX_USAGE, or for a
 * test with EX_SKIP, under the virtual clock and without ktstr-lock(1)'s
 * reservation.
 */
void performance_set_up(const struct request *req, const char *test,
			struct machine_config *c, struct perf *p);

/* Say what could not be had, a line each, once the machine has run. */
void performance_tell(const struct machine_config *c);
