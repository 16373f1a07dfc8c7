/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/scheduler.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/words.h"
#include "vmm/guest/afterwards.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/dumps.h"
#include "vmm/guest/json.h"
#include "vmm/guest/repro.h"
#include "vmm/guest/spawn.h"
#include "vmm/guest/trace.h"

/* Are dumps of sched_ext kept? Under the virtual clock only where the test
 * wants that: it moves all that comes later, as another seed does. */
static int begin_dumps(struct watch *w, const struct job *job,
		       struct why *reterr_why)
{
	struct why ignored;

	if (job->exec)
		return 0;
	if (test_wants_dumps(&job->test))
		return dumps_begin(w, reterr_why);
	if (!job->virtual_clock)
		(void)dumps_begin(w, &ignored);
	return 0;
}

static void open_frame(struct str *out, const char *event,
		       const struct scheduler *s)
{
	json_open(out, "scheduler");
	json_text(out, "event", event);
	json_number(out, "at_ns", clock_now_ns());
	if (s->child.ended) {
		auto_str struct str status = { 0 };

		child_status_text(s->child.status, &status);
		json_text(out, "status", str_text(&status));
	}
}

static void add_bypasses(struct str *out)
{
	uint64_t n;

	if (scx_bypasses(SCX_ROOT, &n) == 0)
		json_number(out, "bypasses", n);
}

/* How long its program computed in the kernel; nothing if it cannot be read.
 * Source: proc_pid_stat(5); behind the name the state is the third field, and
 * stime the fifteenth, in ticks. */
static void add_kernel_time(struct str *out, const struct scheduler *s)
{
	uint64_t tick_ns = NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK), ticks;
	auto_free char *text = NULL;
	char path[64], *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)s->child.pid);
	if (file_read_at(AT_FDCWD, path, 4096, &text) < 0)
		return;
	at = strrchr(text, ')');
	if (at && sscanf(at + 1,
			 " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u "
			 "%" SCNu64,
			 &ticks) == 1)
		json_number(out, "kernel_ns", ticks * tick_ns);
}

static void tell(struct scheduler *s, const char *event, const struct scx *x,
		 const char *why)
{
	struct str out = { 0 };

	open_frame(&out, event, s);
	if (x) {
		json_text(&out, "state", x->state);
		json_text(&out, "ops", x->ops);
		json_number(&out, "enable_seq", x->enable_seq);
		json_flag(&out, "switch_all", x->switch_all);
	}
	if (why)
		json_text(&out, "why", why);
	if (!s->child.ended && strcmp(event, "not-attached") == 0)
		add_kernel_time(&out, s);
	add_bypasses(&out);
	channel_send(s->watch->channel, &out);
}

/* Called by the watch. */
static bool is_lost(void *arg)
{
	struct scheduler *s = arg;
	const char *why;
	struct scx now;

	scx_read(SCX_ROOT, &now);
	if (s->child.ended)
		why = "its process ended";
	else if (!scx_is_attached(&now))
		why = "the kernel took it out of charge";
	else if (strcmp(now.ops, s->attached.ops) != 0)
		why = "another scheduler is in charge";
	else if (now.enable_seq != s->attached.enable_seq)
		why = "it was loaded a second time";
	else
		return false;
	/* Both are often true; the kernel's reason comes first in its log. */
	kmsg_drain(&s->watch->kmsg, s->watch->channel);
	tell(s, s->child.ended ? "exited" : "detached", &now, why);
	s->told = true;
	return true;
}

struct attach_wait {
	struct scheduler *s;
	const struct scx *before; /* it was loaded */
	uint64_t lives_ns;	  /* not in charge before that */
};

static bool attach_is_decided(const void *arg)
{
	const struct attach_wait *a = arg;
	struct scx *x = &a->s->attached;

	if (a->s->child.ended)
		return true;
	scx_read(SCX_ROOT, x);
	return !x->present ||
	       (scx_is_settled(x, a->before) && clock_now_ns() >= a->lives_ns);
}

static int wait_attached(struct scheduler *s, const struct scx *before,
			 uint64_t timeout_ns)
{
	uint64_t now = clock_now_ns();
	struct attach_wait a = { .s = s,
				 .before = before,
				 .lives_ns = now + SCHEDULER_LIVES_NS };
	uint64_t deadline = now + timeout_ns;

	if (deadline < a.lives_ns)
		deadline = a.lives_ns;
	watch_until(s->watch, deadline, attach_is_decided, &a);
	if (!s->child.ended && scx_is_settled(&s->attached, before)) {
		tell(s, "attached", &s->attached, NULL);
		s->watch->lost_arg = s;
		s->watch->lost = is_lost;
		return 0;
	}
	auto_str struct str late = { 0 };
	str_addf(&late, "it was not in charge after %.1f s of the guest's time",
		 (double)timeout_ns / NS_PER_SEC);
	kmsg_drain(&s->watch->kmsg, s->watch->channel);
	s->told = true;
	if (s->child.ended)
		tell(s, "exited", &s->attached,
		     "it ended before it was in "
		     "charge");
	else
		tell(s, "not-attached", &s->attached,
		     s->attached.present ? str_text(&late)
					 : "the kernel has no sched_ext");
	return 1;
}

static int make_argv(const struct job *job, char ***ret)
{
	auto_words char **argv = NULL;
	int r = words_append(&argv, job->scheduler);

	for (char **arg = job->args; r == 0 && arg && *arg; arg++)
		r = words_append(&argv, *arg);
	if (r == 0)
		*ret = take_ptr(argv);
	return r;
}

int scheduler_start(struct scheduler *s, struct watch *w, const struct job *job,
		    struct why *reterr_why)
{
	struct trace trace = TRACE_NONE;
	auto_words char **argv = NULL;
	auto_fd int out = -1;
	struct scx kernel;
	int r = make_argv(job, &argv);

	*s = (struct scheduler){ .watch = w };
	scx_read(SCX_ROOT, &kernel);
	if (!kernel.present)
		return why_set(
			reterr_why, -ENOSYS,
			"this kernel has no sched_ext "
			"(CONFIG_SCHED_CLASS_EXT), so no scheduler can be "
			"loaded");
	if (r == 0)
		r = textlog_open(&w->log[0], "scheduler", &out);
	if (r < 0)
		return why_set(reterr_why, r, "cannot prepare '%s'",
			       job->scheduler);
	w->log[0].keeps_end = true;
	r = begin_dumps(w, job, reterr_why);
	if (r == 0)
		r = trace_begin(&trace, w, job, reterr_why);
	if (r == 0)
		r = spawn_behind(w, argv, (struct spawn_pipes){ -1, out, out },
				 trace.gate, &s->child, reterr_why);
	trace_of(&trace, s->child.pid);
	if (r < 0) {
		trace_drop(&trace, w);
		return r;
	}
	/* Init's copy: the pipe ends with the scheduler. */
	close(take_fd(out));
	tell(s, "started", NULL, NULL);
	r = wait_attached(s, &kernel,
			  job->limit_ns[PHASE_ATTACH] +
				  (w->repro ? REPRO_ATTACH_NS : 0));
	if (r != 0) {
		trace_drop(&trace, w);
		return r;
	}
	return trace_end(&trace, w, reterr_why);
}

static bool is_unloaded(const void *arg)
{
	struct scx x;

	(void)arg;
	scx_read(SCX_ROOT, &x);
	return !x.present || strcmp(x.state, "disabled") == 0;
}

/* SIGINT, and SIGKILL if that is not heard. Return: it was killed. */
static bool end_program(struct scheduler *s)
{
	struct watch *w = s->watch;

	if (!s->child.ended) {
		(void)kill(s->child.pid, SIGINT);
		watch_until(w, clock_now_ns() + SCHEDULER_END_NS,
			    watch_child_ended, &s->child);
	}
	if (s->child.ended)
		return false;
	spawn_kill(&s->child);
	watch_until(w, clock_now_ns() + SCHEDULER_UNLOAD_NS, watch_child_ended,
		    &s->child);
	return true;
}

void scheduler_stop(struct scheduler *s, const struct machine *m)
{
	static struct afterwards tasks;
	struct watch *w = s->watch;
	struct str out = { 0 }, bypasses = { 0 };
	uint64_t rejected = scx_rejected(SCX_ROOT);
	bool killed, unloaded;
	struct scx now;

	/* The last look: is it in charge at the end, too? */
	if (w->lost && is_lost(s))
		w->was_lost = true;
	add_bypasses(&bypasses);
	if (w->lost && !w->was_lost)
		afterwards_begin(&tasks, w, m, !s->attached.switch_all);
	w->lost = NULL;
	killed = end_program(s);
	unloaded = watch_until(w, clock_now_ns() + SCHEDULER_UNLOAD_NS,
			       is_unloaded, NULL) == WATCH_DONE;
	afterwards_end(&tasks);
	textlog_close(&w->log[0], w->channel);
	dumps_end(w);
	scx_read(SCX_ROOT, &now);
	open_frame(&out, "stopped", s);
	json_text(&out, "state", now.state);
	json_text(&out, "ops", s->attached.ops);
	json_number(&out, "enable_seq", now.enable_seq);
	json_flag(&out, "killed", killed);
	json_flag(&out, "unload_ok", unloaded);
	json_number(&out, "rejected", rejected);
	str_add(&out, str_text(&bypasses));
	str_done(&bypasses);
	channel_send(w->channel, &out);
}
