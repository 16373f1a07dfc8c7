/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clocksource.h - wait until the kernel has its final clock. */
#pragma once

/**
 * clocksource_wait() - wait until timers have a high resolution
 *
 * About a second after its start the kernel leaves the clock of its early
 * boot, "tsc-early". Until then a sleep ends with a tick, up to 4 ms late, and
 * several of them in a row: workers started 14 ms late. Under the virtual clock
 * the idle wait costs the host nothing.
 *
 * Ends at once where there is no such clock, and after 3 s in any case.
 */
void clocksource_wait(void);
