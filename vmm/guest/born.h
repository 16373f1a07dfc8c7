/* SPDX-License-Identifier: GPL-2.0-or-later */
/* born.h - what lies behind when init starts: firmware and kernel. */
#pragma once

#include <stdint.h>

#include "vmm/guest/channel.h"

/* One moment, on two clocks: the time stamp counter begins with the machine,
 * the other with the kernel. */
struct instant {
	uint64_t counter, ns;
};

struct instant instant_now(void);

/* Send the "phase" frame of the boot. @born: when init was started; @booted_ns:
 * when the job could be read, since the kernel's start. */
void born_send(struct channel *c, const struct instant *born,
	       uint64_t booted_ns);
