/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-sched.h"

#include <inttypes.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/vm/judge-checks.h"
#include "tools/vm/judge-exit.h"
#include "tools/vm/judge-kernel.h"
#include "vmm/console.h"

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

/* Its program ended before the scheduler was in charge. */
static void tell_no_start(const struct facts *f, const json_t *exited,
			  const struct sched_exit *x, struct judgement *j)
{
	bool rejected =
		x->kind == EXIT_NONE && looks_like_verifier(str_text(&f->log));

	judge_decide(j, VERDICT_FAIL,
		     rejected		    ? "load-rejected"
		     : x->kind == EXIT_NONE ? "died"
					    : sched_exit_class(x));
	judge_reason(j,
		     rejected ? "the kernel did not take the "
				"scheduler's program (%s)"
			      : "the scheduler ended before it was in "
				"charge (%s)",
		     facts_text(exited, "status"));
	sched_exit_tell(f, x, j);
	judge_verifier(f, j);
	add_last_words(f, j);
}

/*
 * A program that is not ready and computes in the kernel has a BPF program
 * verified: nothing else there takes long before a scheduler is in charge.
 * Where the kernel refuses it, libbpf has it verified again for the log, as
 * often as the log does not fit.
 */
#define VERIFIER_NS 5000000000
static void tell_busy_verifier(const json_t *out, struct judgement *j)
{
	int64_t ns = facts_int(out, "kernel_ns");

	if (ns >= VERIFIER_NS)
		judge_reason(j,
			     "its program computed in the kernel for %.1f s of "
			     "that: the verifier is not done with a BPF "
			     "program, or prints a long log of one that it "
			     "refuses",
			     (double)ns / 1e9);
}

/* Did the scheduler start? */
static bool judge_start(const struct evidence *e, struct judgement *j)
{
	const struct facts *f = e->facts;
	const json_t *out = facts_scheduler(f, "not-attached");
	const json_t *exited = facts_scheduler(f, "exited");
	struct sched_exit x;

	if (facts_scheduler(f, "attached"))
		return true;
	sched_exit_read(f, &x);
	if (exited) {
		tell_no_start(f, exited, &x, j);
		return false;
	}
	if (x.kind != EXIT_NONE)
		judge_decide(j, VERDICT_FAIL, sched_exit_class(&x));
	else if (judge_host_was_busy(e))
		judge_decide(j, VERDICT_INCONCLUSIVE, "host-noise");
	else
		judge_decide(j, VERDICT_FAIL, "not-attached");
	judge_reason(j, "the scheduler never came into charge: %s",
		     out ? facts_text(out, "why") : "no such frame");
	if (j->verdict == VERDICT_INCONCLUSIVE)
		judge_reason(j, "the host withheld its CPUs meanwhile, so this "
				"says nothing about the scheduler");
	tell_busy_verifier(out, j);
	sched_exit_tell(f, &x, j);
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
 * Did its own program take it out? The kernel says so between the states
 * "disabling" and "disabled": a guest that looked in the first one looked
 * before the message. Source: Linux 6.12, kernel/sched/ext.c,
 * scx_ops_disable_workfn().
 */
static bool let_go_of(const struct facts *f, const json_t *frame)
{
	bool leaves = strcmp(facts_text(frame, "state"), "disabling") == 0;

	return sched_exit_let_go(f, leaves ? INT64_MAX
					   : facts_int(frame, "at_ns"));
}

/*
 * Tell of a scheduler that lost its charge. Where the guest saw nothing, since
 * the scheduler was back before it looked, only the kernel's message tells.
 */
static void tell_loss(const struct facts *f, const json_t *frame,
		      const struct sched_exit *x, struct judgement *j)
{
	bool exited = strcmp(facts_text(frame, "event"), "exited") == 0;
	const char *end = exited ? facts_text(frame, "status") : crash_of(f);
	const char *class = sched_exit_class(x);
	bool let_go = x->kind == EXIT_NONE && !end && let_go_of(f, frame);

	if (x->kind == EXIT_NONE && end)
		class = strcmp(end, "exit 0") == 0 ? "user-exit" : "died";
	else if (let_go)
		class = "user-exit";
	judge_decide(j, VERDICT_FAIL, class);
	if (end && !x->line)
		judge_reason(j,
			     "the scheduler ended in the middle of the test "
			     "(%s)",
			     end);
	else
		judge_reason(j, "the scheduler lost its charge: %s",
			     let_go  ? "its own program took it out"
			     : frame ? facts_text(frame, "why")
				     : "the kernel took it out for a while");
	sched_exit_tell(f, x, j);
	if (end && x->line)
		judge_reason(j, "it ended with %s", end);
	if (!sched_exit_tell_log(f, x, j))
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

/*
 * While the kernel bypasses a scheduler, it schedules by itself, and what was
 * measured is not the scheduler's. Kernels before 6.14 do not tell.
 */
static bool judge_bypass(const struct facts *f, struct judgement *j)
{
	const json_t *begin = facts_scheduler(f, "attached");
	const json_t *end = facts_scheduler(f, "stopped");
	int64_t times =
		facts_int(end, "bypasses") - facts_int(begin, "bypasses");

	if (!json_object_get(begin, "bypasses") ||
	    !json_object_get(end, "bypasses") || times <= 0)
		return true;
	judge_decide(j, VERDICT_FAIL, "bypassed");
	judge_reason(j,
		     "the kernel bypassed the scheduler %" PRIi64
		     " times during the test and scheduled by itself",
		     times);
	return false;
}

/* Did tasks that the scheduler had run on without it? */
static bool judge_after(const struct facts *f, struct judgement *j)
{
	const json_t *after = facts_scheduler(f, "afterwards");
	int64_t stuck = facts_int(after, "stuck");

	if (stuck <= 0)
		return true;
	judge_decide(j, VERDICT_FAIL, "fell-back");
	judge_reason(j,
		     "%" PRIi64 " of %" PRIi64 " tasks did not run on within "
		     "%" PRIi64 " ms after the scheduler was unloaded",
		     stuck, facts_int(after, "tasks"),
		     facts_int(after, "limit_ns") / 1000000);
	return false;
}

/* Was it in charge until the end? */
static bool judge_stay(const struct evidence *e, struct judgement *j)
{
	const struct facts *f = e->facts;
	const json_t *lost = facts_scheduler(f, "exited");
	struct sched_exit x;
	/* Each machine is new: the first to be enabled is number 1. */
	int64_t times = facts_int(facts_scheduler(f, "attached"), "enable_seq");

	sched_exit_read(f, &x);
	if (!lost)
		lost = facts_scheduler(f, "detached");
	if (lost || x.line) {
		tell_loss(f, lost, &x, j);
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
	return judge_bypass(f, j);
}

bool judge_scheduler(const struct evidence *e, struct judgement *j,
		     bool *ret_ran)
{
	*ret_ran = !e->has_sched || (judge_start(e, j) && judge_stay(e, j));
	if (!e->has_sched ||
	    (*ret_ran && judge_leave(e->facts, j) && judge_after(e->facts, j)))
		return true;
	/* It may be the cause. */
	(void)judge_complaint(e, j);
	return false;
}
