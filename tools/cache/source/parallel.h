/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parallel.h - one function on all CPUs. */
#pragma once

/**
 * parallel_run() - call @work(@arg) in several threads, and wait for them
 *
 * One thread for each CPU that we may use, at most 16; fewer when the system
 * grants no more, for the caller is one of them. @work shares its work out
 * itself.
 */
void parallel_run(void (*work)(void *arg), void *arg);
