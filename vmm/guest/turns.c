/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/turns.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "vmm/guest/calibrate.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/ports.h"
#include "vmm/guest/rng.h"

/* The kernel hands words of its command line that it does not know to init. */
bool turns_are_counted(void)
{
	const char *clock = getenv("ktstr_clock");

	return clock && strcmp(clock, "virtual") == 0;
}

bool turns_are_taken(void)
{
	const char *clock = getenv("ktstr_clock");

	return turns_are_counted() || (clock && strcmp(clock, "turns") == 0);
}

/* Unbounded, a turn ends with the kernel's tick, 10 ms at most. */
#define TICK_NS (10 * NS_PER_MS)

uint64_t turns_wake_ns(unsigned int cpus)
{
	uint64_t turn = turns_are_counted() ? PORTS_TURN_NS : TICK_NS;

	return NS_PER_MS + (turns_are_taken() ? 2 * cpus * turn : 0);
}

int turns_measure(struct watch *w, const struct machine *m,
		  const struct why *no_ports, struct why *reterr_why)
{
	auto_str struct str none = { 0 };
	struct why why = { .text = "" };

	if (!turns_are_taken()) {
		calibrate_skipped(w, "none: the clock is real");
		return 0;
	}
	/* The timer ends a turn only where QEMU counts instructions. */
	if (!turns_are_counted())
		return calibrate(w, m, "none: the clock is real", reterr_why);
	if (!no_ports && ports_turn_timer(&why) == 0)
		return calibrate(w, m, "rtc 8192 Hz", reterr_why);
	str_addf(&none, "none: %s", no_ports ? no_ports->text : why.text);
	return calibrate(w, m, str_text(&none), reterr_why);
}

void turns_begin(uint64_t seed)
{
	uint64_t until = clock_now_ns() + rng_below(&seed, PORTS_TURN_NS);
	struct why why;

	if (!turns_are_counted())
		return;
	/* A sleep would end with a tick, whatever the seed. */
	while (clock_now_ns() < until)
		continue;
	(void)ports_turn_timer(&why);
}
