/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-machine.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/vm/judge-checks.h"
#include "vmm/console.h"
#include "vmm/limits.h"

/* What init ends QEMU with: vmm/guest/ports.h. */
#define STATUS_DONE	   85
#define STATUS_BROKEN	   87
#define STATUS_UNSUPPORTED 89
/* Of QEMU's messages. */
#define ERROR_LINES 12

const char *judge_memory(const struct facts *f)
{
	for (size_t i = 0; i < json_array_size(f->kmsg); i++) {
		const char *text =
			facts_text(json_array_get(f->kmsg, i), "text");

		if (strncmp(text, "Out of memory", 13) == 0)
			return text;
	}
	return NULL;
}

/* How far it came, by what it had told until then. */
static enum phase phase_of(const struct evidence *e)
{
	const json_t *list = e->facts->phase;
	size_t count = json_array_size(list);
	const char *last = facts_text(json_array_get(list, count - 1), "name");

	for (unsigned int i = 0; i < PHASES; i++) {
		if (strcmp(last, phase_name((enum phase)i)) == 0)
			return (enum phase)i;
	}
	return PHASE_BOOT;
}

void judge_late(const struct evidence *e, const char *why, struct judgement *j)
{
	bool busy = judge_host_was_busy(e);

	judge_decide(j, busy ? VERDICT_INCONCLUSIVE : VERDICT_ERROR,
		     "time-limit");
	judge_reason(j, "%s", why);
	if (busy)
		judge_reason(j, "the host withheld its CPUs meanwhile, so this "
				"says nothing about the guest");
}

/* The watchdog waits for the host's time, too, under the real clock. */
static void decide_hang(const struct evidence *e, struct judgement *j)
{
	bool busy = judge_host_was_busy(e);

	judge_decide(j, busy ? VERDICT_INCONCLUSIVE : VERDICT_ERROR,
		     busy ? "host-noise" : "guest-hang");
}

static void tell_panic(const struct evidence *e, const char *panic,
		       struct judgement *j)
{
	auto_free char *late = NULL;

	if (console_line(e->console, e->console_len, CONSOLE_LATE, &late)) {
		judge_late(e, late, j);
		return;
	}
	if (e->torn_code && memmem(e->console, e->console_len, CONSOLE_INT3,
				   strlen(CONSOLE_INT3))) {
		judge_decide(j, VERDICT_ERROR, "qemu");
		judge_reason(j,
			     "the guest met a breakpoint that its kernel had "
			     "removed already: QEMU before 8.1, with a thread "
			     "for each CPU, runs such code now and then; "
			     "--accel tcg does without: %s",
			     panic);
		return;
	}
	/* Nothing that is tested can end the init; a bug of ours can. */
	if (strstr(panic, "Attempted to kill init")) {
		judge_decide(j, VERDICT_ERROR, "harness");
		judge_reason(j, "the guest's init died: %s", panic);
	} else if (strstr(panic, "NMI")) {
		decide_hang(e, j);
		judge_reason(j, "the guest hung; its watchdog ended it: %s",
			     panic);
	} else if (strstr(panic, "memory")) {
		judge_decide(j, VERDICT_ERROR, "guest-memory");
		judge_reason(j,
			     "the machine's memory was not enough, --memory or "
			     "the test's \"memory =\" gives it more: %s",
			     panic);
	} else {
		judge_decide(j, VERDICT_ERROR, "guest-panic");
		judge_reason(j, "the guest's kernel panicked: %s", panic);
	}
}

/* A field of an event that QEMU told of; "" when it told of none. */
static const char *event_field(const struct machine_result *m,
			       const char *event, const char *field)
{
	const char *text = "";

	for (size_t i = 0; i < json_array_size(m->events); i++) {
		const json_t *o = json_array_get(m->events, i);

		if (strcmp(facts_text(o, "event"), event) == 0)
			text = facts_text(json_object_get(o, "data"), field);
	}
	return text;
}

static void tell_time_limit(const struct evidence *e, struct judgement *j)
{
	const struct machine_result *m = e->machine;

	if (strcmp(event_field(m, "WATCHDOG", "action"), "inject-nmi") == 0) {
		decide_hang(e, j);
		judge_reason(j,
			     "the guest hung in phase %s, and its kernel said "
			     "nothing when the watchdog interrupted it",
			     phase_name(phase_of(e)));
		return;
	}
	judge_decide(j, VERDICT_INCONCLUSIVE, "time-limit");
	judge_reason(j,
		     "%s did not finish within %.0f s of the host's time, the "
		     "limit for the whole machine; --timeout sets it",
		     phase_name(phase_of(e)), m->seconds);
}

/* The guest's CPUs were busy, or waited, and init never came. */
static void tell_boot_hang(const struct evidence *e, struct judgement *j)
{
	bool busy = judge_host_was_busy(e);

	judge_decide(j, busy ? VERDICT_INCONCLUSIVE : VERDICT_ERROR,
		     busy ? "host-noise" : "boot-hang");
	if (e->machine->times.ready > 0)
		judge_reason(j,
			     "the guest was ready and did not come to its job "
			     "within %.0f s of the host's time, of which QEMU "
			     "computed ten times what that takes: it hangs",
			     e->machine->seconds - e->machine->times.ready);
	else
		judge_reason(
			j,
			"the guest was not ready after %.0f s of the host's "
			"time%s",
			e->machine->seconds,
			e->clock == CLOCK_VIRTUAL
				? ", of which QEMU computed ten times what a "
				  "boot takes: it hangs"
				: "; --limit boot= gives it more");
	if (busy)
		judge_reason(j, "the host withheld its CPUs meanwhile, so this "
				"says nothing about the guest");
}

static void tell_signal(const struct machine_result *m, struct judgement *j)
{
	const char *name = strsignal(m->status);

	if (m->status == SIGXFSZ) {
		judge_decide(j, VERDICT_ERROR, "channel");
		judge_reason(j,
			     "the guest wrote more than %" PRIu64
			     " MiB to its console; QEMU was ended (%s)",
			     m->port_bytes_max >> 20, name);
		return;
	}
	judge_decide(j, VERDICT_ERROR, "qemu");
	judge_reason(j, "QEMU died of signal %d (%s)", m->status, name);
	if (m->status == SIGBUS)
		judge_reason(j, "that is what a full disk or too little memory "
				"on the host does to it");
}

static void tell_exit(const struct evidence *e, struct judgement *j)
{
	const struct machine_result *m = e->machine;
	auto_free char *why = NULL;

	if (m->status == 0) {
		bool off = strcmp(event_field(m, "SHUTDOWN", "reason"),
				  "guest-shutdown") == 0;

		judge_decide(j, VERDICT_ERROR, "guest-reset");
		judge_reason(j, "the guest was %s in phase %s: %s",
			     off ? "switched off" : "reset",
			     phase_name(phase_of(e)),
			     off ? "a program did it"
				 : "a triple fault, or a program did it");
	} else if (m->status == STATUS_DONE || m->status == STATUS_BROKEN) {
		judge_decide(j, VERDICT_ERROR, "channel");
		judge_reason(j, "the guest's init could not write all of its "
				"report");
	} else if (m->status == STATUS_UNSUPPORTED) {
		judge_decide(j, VERDICT_ERROR, "unsupported");
		(void)console_line(e->console, e->console_len,
				   CONSOLE_UNSUPPORTED, &why);
		judge_reason(j, "the guest's init: %s", why ? why : "");
	} else {
		judge_decide(j, VERDICT_ERROR, "qemu");
		judge_reason(j, "QEMU ended with status %d before the result",
			     m->status);
	}
}

/* The last lines of QEMU's own messages, each a reason. */
static void tell_errors(const char *errors, struct judgement *j)
{
	auto_str struct str tail = { 0 };

	console_tail(&tail, errors, strlen(errors), ERROR_LINES, "");
	for (char *rest = tail.text, *line; (line = strsep(&rest, "\n"));) {
		if (*line)
			judge_reason(j, "QEMU said: %s", line);
	}
}

/* Why the report is not whole. */
static void tell_end(const struct evidence *e, struct judgement *j)
{
	const struct machine_result *m = e->machine;

	if (m->end == END_TIMEOUT) {
		tell_time_limit(e, j);
	} else if (m->end == END_HUNG) {
		tell_boot_hang(e, j);
	} else if (m->end == END_PANICKED) {
		judge_decide(j, VERDICT_ERROR, "guest-panic");
		judge_reason(j, "the guest's kernel panicked without a word");
	} else if (e->facts->damaged) {
		judge_decide(j, VERDICT_ERROR, "channel");
		judge_reason(j, "the guest's report is damaged");
	} else if (m->end == END_SIGNAL) {
		tell_signal(m, j);
	} else {
		tell_exit(e, j);
	}
	if (e->facts->damaged || e->facts->frames > 0)
		judge_reason(j, "%s", e->facts->why.text);
	if (m->errors)
		tell_errors(m->errors, j);
}

bool judge_machine(const struct evidence *e, struct judgement *j)
{
	auto_free char *panic = NULL;

	if (e->facts->complete)
		return true;
	if (console_line(e->console, e->console_len, CONSOLE_PANIC, &panic))
		tell_panic(e, panic, j);
	else
		tell_end(e, j);
	return false;
}
