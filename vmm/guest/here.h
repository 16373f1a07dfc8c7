/* SPDX-License-Identifier: GPL-2.0-or-later */
/* here.h - play a test on the machine that we are on, for "ktstr-vm host". */
#pragma once

#include <stdnoreturn.h>

/* Descriptors that run_here() finds: a test's text, and WIRE_CHANNEL_BYTES of
 * memory for its frames. */
#define HERE_TEST_FD	3
#define HERE_CHANNEL_FD 4

/**
 * run_here() - play it, and end
 * @argv: the test's name, the seed, a cgroup without processes and with the
 *	  controllers, and whether plain workers are to be of policy SCHED_EXT
 *	  (0 or 1)
 *
 * No device, no mount and no other process is touched; who calls looks after
 * the cgroup. Exits with 0 when the report is whole, whatever it says.
 */
noreturn void run_here(int argc, char **argv);
