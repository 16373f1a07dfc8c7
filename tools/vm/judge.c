/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/vm/judge-checks.h"
#include "tools/vm/judge-kernel.h"
#include "tools/vm/judge-machine.h"
#include "tools/vm/judge-workers.h"
#include "vmm/attest.h"
#include "vmm/console.h"

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = { "pass", "fail", "inconclusive",
					     "skip", "error" };

	return names[v];
}

int verdict_exit_code(enum verdict v)
{
	static const int codes[] = { EX_PASS, EX_FAIL, EX_INCONCLUSIVE, EX_SKIP,
				     EX_BROKEN };

	return codes[v];
}

void judgement_done(struct judgement *j)
{
	json_decref(j->reasons);
	json_decref(j->checks);
	*j = (struct judgement){ 0 };
}

void judge_reason(struct judgement *j, const char *fmt, ...)
{
	auto_str struct str text = { 0 };
	char line[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* Texts of the guest are among them: one clean line each. */
	console_tail(&text, line, strlen(line), 1, "");
	if (text.len > 0)
		text.text[text.len - 1] = '\0';
	json_array_append_new(j->reasons, json_string(str_text(&text)));
}

void judge_decide(struct judgement *j, enum verdict v, const char *class)
{
	j->verdict = v;
	j->class = class;
}

/* The guest's init could not do its work, or was stopped at a limit. */
static void tell_error(const struct evidence *e, struct judgement *j)
{
	const char *why = facts_text(e->facts->error, "why");

	if (strcmp(facts_text(e->facts->error, "class"), "time-limit") == 0) {
		judge_late(e, why, j);
		return;
	}
	if (strcmp(facts_text(e->facts->error, "class"), "kernel") == 0) {
		judge_decide(j, VERDICT_SKIP, "unsupported");
		judge_reason(j, "%s", why);
		return;
	}
	judge_decide(j, VERDICT_ERROR, "harness");
	judge_reason(j, "the guest's init: %s", why);
}

static bool judge_setup(const struct evidence *e, struct judgement *j)
{
	struct why why;

	if (e->facts->error) {
		tell_error(e, j);
		return false;
	}
	if (attest_topology(e->facts->topology, &e->topology, e->memory_mib,
			    &why) < 0) {
		judge_decide(j, VERDICT_ERROR, "harness");
		judge_reason(j, "the machine is not the one declared: %s",
			     why.text);
		return false;
	}
	return true;
}

/* The kernel's message that tells why a scheduler was thrown out, or NULL. */
static const char *kernel_reason(const struct facts *f)
{
	for (size_t i = 0; i < json_array_size(f->kmsg); i++) {
		const char *text =
			facts_text(json_array_get(f->kmsg, i), "text");

		if (strstr(text, "sched_ext:") && strstr(text, "disabled (") &&
		    !strstr(text, "unregistered from user space"))
			return text;
	}
	return NULL;
}

/* What the kernel said after that message: who stalled, which call failed. */
static void add_kernel_details(const struct facts *f, struct judgement *j)
{
	bool after = false;

	for (size_t i = 0, n = 0; i < json_array_size(f->kmsg) && n < 3; i++) {
		const char *text =
			facts_text(json_array_get(f->kmsg, i), "text");

		if (after && strstr(text, "sched_ext:")) {
			judge_reason(j, "the kernel: %s", text);
			n++;
		}
		if (strstr(text, "disabled ("))
			after = true;
	}
}

/* The last line that the scheduler printed. */
static void add_last_words(const struct facts *f, struct judgement *j)
{
	auto_str struct str tail = { 0 };

	console_tail(&tail, str_text(&f->log), f->log.len, 1, "");
	if (tail.len > 1)
		judge_reason(j, "its last line: %s", tail.text);
}

static bool looks_like_verifier(const char *log)
{
	return strstr(log, "BEGIN PROG LOAD LOG") ||
	       strstr(log, "failed to load") ||
	       strstr(log, "failed to load BPF skeleton");
}

/* Did the scheduler start? */
static bool judge_start(const struct evidence *e, struct judgement *j)
{
	const struct facts *f = e->facts;
	const json_t *out = facts_scheduler(f, "not-attached");
	const json_t *exited = facts_scheduler(f, "exited");

	if (facts_scheduler(f, "attached"))
		return true;
	if (exited) {
		bool rejected = looks_like_verifier(str_text(&f->log));

		judge_decide(j, VERDICT_FAIL,
			     rejected ? "load-rejected" : "died");
		judge_reason(j,
			     rejected ? "the kernel did not take the "
					"scheduler's program (%s)"
				      : "the scheduler ended before it was in "
					"charge (%s)",
			     facts_text(exited, "status"));
		add_last_words(f, j);
		return false;
	}
	if (judge_host_was_busy(e))
		judge_decide(j, VERDICT_INCONCLUSIVE, "host-noise");
	else
		judge_decide(j, VERDICT_FAIL, "not-attached");
	judge_reason(j, "the scheduler never came into charge: %s",
		     out ? facts_text(out, "why") : "no such frame");
	if (j->verdict == VERDICT_INCONCLUSIVE)
		judge_reason(j, "the host withheld its CPUs meanwhile, so this "
				"says nothing about the scheduler");
	add_last_words(f, j);
	return false;
}

/*
 * A scheduler that crashes loses its charge while it dies, so the guest sees
 * that first. What it died of, then; NULL when it did not, or by our SIGINT.
 */
static const char *crash_of(const struct facts *f)
{
	const json_t *stopped = facts_scheduler(f, "stopped");
	const char *status = facts_text(stopped, "status");

	if (!stopped || json_is_true(json_object_get(stopped, "killed")) ||
	    strncmp(status, "signal ", 7) != 0 ||
	    strncmp(status, "signal 2 ", 9) == 0)
		return NULL;
	return status;
}

/*
 * Tell of a scheduler that lost its charge. Where the guest saw nothing, since
 * the scheduler was back before it looked, only the kernel's message tells.
 */
static void tell_loss(const struct facts *f, const json_t *frame,
		      const char *kernel, struct judgement *j)
{
	bool exited = strcmp(facts_text(frame, "event"), "exited") == 0;
	const char *end = exited ? facts_text(frame, "status") : crash_of(f);
	const char *class = end ? "died" : "fell-back";

	if (kernel && strstr(kernel, "stall"))
		class = "stalled";
	judge_decide(j, VERDICT_FAIL, class);
	if (end && !kernel)
		judge_reason(j,
			     "the scheduler ended in the middle of the test "
			     "(%s)",
			     end);
	else
		judge_reason(j, "the scheduler lost its charge: %s",
			     frame ? facts_text(frame, "why")
				   : "the kernel took it out for a while");
	if (kernel)
		judge_reason(j, "the kernel: %s", kernel);
	add_kernel_details(f, j);
	if (end && kernel)
		judge_reason(j, "it ended with %s", end);
	add_last_words(f, j);
}

/* Did it leave cleanly when it was told to? */
static bool judge_leave(const struct facts *f, struct judgement *j)
{
	const json_t *stopped = facts_scheduler(f, "stopped");
	bool killed = json_is_true(json_object_get(stopped, "killed"));
	const char *crash = crash_of(f);

	if (!stopped || killed ||
	    !json_is_true(json_object_get(stopped, "unload_ok"))) {
		judge_decide(j, VERDICT_FAIL, "fell-back");
		judge_reason(j, "the scheduler did not unload: %s",
			     !stopped ? "no such frame"
			     : killed ? "it did not end on SIGINT within 5 s"
				      : "sched_ext stayed enabled");
		return false;
	}
	if (!crash)
		return true;
	judge_decide(j, VERDICT_FAIL, "died");
	judge_reason(j, "the scheduler crashed when SIGINT told it to end (%s)",
		     crash);
	add_last_words(f, j);
	return false;
}

/* Was it in charge until the end, and did it leave cleanly? */
static bool judge_stay(const struct evidence *e, struct judgement *j)
{
	const struct facts *f = e->facts;
	const json_t *lost = facts_scheduler(f, "exited");
	const char *kernel = kernel_reason(f);
	/* Each machine is new: the first to be enabled is number 1. */
	int64_t times = facts_int(facts_scheduler(f, "attached"), "enable_seq");

	if (!lost)
		lost = facts_scheduler(f, "detached");
	if (lost || kernel) {
		tell_loss(f, lost, kernel, j);
		return false;
	}
	if (times > 1) {
		judge_decide(j, VERDICT_FAIL, "fell-back");
		judge_reason(j,
			     "the scheduler lost its charge: it was loaded "
			     "%" PRIi64 " times before it stayed",
			     times);
		return false;
	}
	return judge_leave(f, j);
}

/* A test that expects a fault passes by the scheduler's fault alone. */
static void invert(struct judgement *j)
{
	static const char *const faults[] = {
		"load-rejected", "died", "not-attached", "stalled", "fell-back",
		"check-failed",	 NULL
	};

	if (j->verdict == VERDICT_PASS) {
		judge_decide(j, VERDICT_FAIL, "check-failed");
		judge_reason(j, "the test expects a failure, and all passed");
		return;
	}
	for (const char *const *f = faults; j->verdict == VERDICT_FAIL && *f;
	     f++) {
		if (strcmp(j->class, *f) == 0) {
			j->verdict = VERDICT_PASS;
			return;
		}
	}
}

const char *const judge_classes[] = {
	"ok",		"load-rejected", "died",	 "not-attached",
	"stalled",	"fell-back",	 "check-failed", "worker-failed",
	"kernel-splat", "guest-panic",	 "boot-hang",	 "guest-hang",
	"guest-reset",	"guest-memory",	 "qemu",	 "channel",
	"time-limit",	"host-noise",	 "calibration",	 "kernel-log",
	"unsupported",	"harness",	 NULL,
};

/* Whom the kernel killed for want of memory does not matter: nothing that was
 * measured counts. */
static bool judge_room(const struct evidence *e, struct judgement *j)
{
	const char *memory = judge_memory(e->facts);

	if (!memory)
		return true;
	judge_decide(j, VERDICT_ERROR, "guest-memory");
	judge_reason(j,
		     "the machine's memory was not enough, --memory or the "
		     "test's \"memory =\" gives it more: %s",
		     memory);
	return false;
}

bool judge_ran(const struct evidence *e, struct judgement *j)
{
	return judge_machine(e, j) && judge_setup(e, j);
}

/* Was the scheduler, if there is one, what a scheduler must be? */
static bool judge_scheduler(const struct evidence *e, struct judgement *j)
{
	if (!e->has_sched || (judge_start(e, j) && judge_stay(e, j)))
		return true;
	/* It may be the cause. */
	(void)judge_complaint(e, j);
	return false;
}

void judge(const struct evidence *e, struct judgement *ret)
{
	struct judgement j = { VERDICT_PASS, "ok", json_array(), json_array() };

	if (judge_ran(e, &j) && judge_room(e, &j) && judge_scheduler(e, &j)) {
		bool failed = judge_workers(e, &j); /* told first */
		judge_checks(e, &j);
		if (failed)
			judge_decide(&j, VERDICT_FAIL, "worker-failed");
		judge_kernel_log(e, &j);
	}
	if (e->expect_fail)
		invert(&j);
	*ret = j;
}
