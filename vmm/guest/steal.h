/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steal.h - what the guest itself knows of time that its host withheld. */
#pragma once

#include <stdint.h>

#include "vmm/guest/channel.h"

/* The sum over all CPUs since the boot, in steps of 10 ms; 0 where nobody tells
 * the guest (TCG). Source: proc(5), /proc/stat, "steal". */
uint64_t steal_ns(void);

/* Send "steal": what was withheld since @begin_ns. Return: 0 or -errno. */
int steal_send(struct channel *c, uint64_t begin_ns);
