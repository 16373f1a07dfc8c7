/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine-hear.c - what QEMU and a debugger say of a machine. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "vmm/machine-parts.h"

#define EVENTS_MAX 256

double machine_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void machine_finish(struct vigil *v, enum machine_end end, int status)
{
	v->over = true;
	v->result->end = end;
	v->result->status = status;
}

/* The watchdog's interrupt makes the guest's kernel panic, which a busy host
 * makes slow. One that cannot even do that is not waited for any longer. */
static void hear_watchdog(struct vigil *v)
{
	double end = machine_now() + 10 * MACHINE_BITTEN_S;

	if (!v->is_ready || v->bitten)
		return;
	v->bitten = true;
	v->bitten_cpu_s = boot_limit_cpu_s(v->pid);
	if (end < v->end)
		v->end = end;
}

bool machine_is_beyond_help(const struct vigil *v)
{
	return v->bitten &&
	       boot_limit_cpu_s(v->pid) - v->bitten_cpu_s > MACHINE_BITTEN_S;
}

bool machine_keep_events(struct vigil *v)
{
	bool debugged = v->c.debug && v->is_ready, stopped = false;
	/* A debugger stops it, too, and says so elsewhere. */
	const char *stops = debugged ? "GUEST_PANICKED" : "STOP";
	json_t *event;

	while ((event = qmp_take_event(&v->qmp, NULL))) {
		const char *name =
			json_string_value(json_object_get(event, "event"));

		stopped |= name && strcmp(name, stops) == 0;
		if (name && strcmp(name, "WATCHDOG") == 0)
			hear_watchdog(v);
		if (json_array_size(v->result->events) < EVENTS_MAX &&
		    !debugged)
			json_array_append(v->result->events, event);
		json_decref(event);
	}
	return stopped;
}

int machine_hear_debugger(struct vigil *v, struct machine_debug *debug,
			  struct why *reterr_why)
{
	int r = debug->hear(debug->arg, reterr_why);

	if (r == -EPIPE) { /* it has ended, or will: its process tells */
		debug->wait_fd = -1;
		return 0;
	}
	if (r == 1)
		machine_finish(v, END_DEBUGGED, 0);
	return r < 0 ? r : 0;
}
