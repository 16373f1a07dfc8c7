/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tsc.h - how fast the host's time stamp counter goes. */
#pragma once

/**
 * tsc_khz() - measure it, in 10 ms
 *
 * Under the real clock TCG gives its guests the host's counter (QEMU
 * include/qemu/timer.h, cpu_get_host_ticks()). A guest that measures it itself
 * while the host is busy may be wrong by a factor of ten, and with it all times
 * of the guest.
 *
 * Return: thousand ticks a second; 0 where there is none.
 */
unsigned int tsc_khz(void);
