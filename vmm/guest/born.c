/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/born.h"

#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"
#include "vmm/guest/ports.h"
#include "vmm/limits.h"

struct instant instant_now(void)
{
	return (struct instant){ ports_counter(), clock_now_ns() };
}

/*
 * What lies behind: firmware_ns until the kernel's clock began, kernel_ns until
 * init was started. How fast the counter goes is measured while init starts.
 */
void born_send(struct channel *c, const struct instant *born,
	       uint64_t booted_ns)
{
	struct instant now = instant_now();
	uint64_t ticks = now.counter - born->counter, ns = now.ns - born->ns;
	struct str out = { 0 };

	json_open(&out, "phase");
	json_text(&out, "name", phase_name(PHASE_BOOT));
	json_number(&out, "at_ns", booted_ns);
	json_number(&out, "kernel_ns", born->ns);
	if (born->counter && ticks && ns) {
		double age = (double)born->counter * (double)ns / (double)ticks;

		json_number(&out, "firmware_ns",
			    age > (double)born->ns
				    ? (uint64_t)(age - (double)born->ns)
				    : 0);
	}
	channel_send(c, &out);
}
