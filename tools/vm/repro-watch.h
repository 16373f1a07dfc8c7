/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repro-watch.h - the machine of a run that failed, once more and watched. */
#pragma once

#include "tools/vm/launch.h"
#include "tools/vm/repro-story.h"
#include "tools/vm/repro.h"
#include "vmm/repro/stops.h"

/**
 * struct repro_watched - what is behind a story's records
 * @outcome: of the second run
 * @stops:   under the virtual clock
 */
struct repro_watched {
	struct outcome outcome;
	struct repro_stops stops;
};

/**
 * repro_watch() - run again
 * @vmlinux: of the kernel
 * @plan:    gets what the guest could not watch
 * @w:       zeroed; not freed: the process ends behind it
 * @s:       with @plan and @first; gets @record, @count, @lost and @how
 *
 * Under the virtual clock from outside, by stops, and a second time when the
 * failure was not where the kernel's log let us expect it. Under the real one
 * the guest's init watches.
 *
 * Return: 0; -errno: why there is no second run, or not all of it.
 */
int repro_watch(const struct repro_ask *a, const char *vmlinux,
		struct repro_plan *plan, struct repro_watched *w,
		struct repro_story *s, struct why *reterr_why);
