/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/repro.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/vm/repro-lines.h"
#include "tools/vm/repro-report.h"
#include "tools/vm/repro-story.h"
#include "tools/vm/repro-watch.h"
#include "tools/vm/result-logs.h"
#include "vmm/mon/resolve.h"
#include "vmm/repro/chain.h"

/* Functions of a backtrace that are watched. */
#define CHAIN_MAX 24
bool repro_is_wanted(const struct repro_ask *a)
{
	struct repro_run r;

	repro_read_run(a->evidence->facts, a->judgement->class, &r);
	return a->judgement->verdict == VERDICT_FAIL &&
	       a->evidence->has_sched && !a->req->no_repro &&
	       !a->variant->test.no_repro && !a->req->trace &&
	       (r.exit.kind == EXIT_STALL || r.exit.kind == EXIT_ERROR ||
		r.exit.kind == EXIT_INIT);
}

/* The backtrace behind the words of the failure. */
static size_t read_chain(const struct repro_run *r,
			 char ret[CHAIN_MAX][REPRO_NAME_MAX])
{
	const json_t *kmsg = r->facts->kmsg;
	size_t at = r->exit.at + 1 + (r->exit.message != NULL), n = 0;

	for (; n < CHAIN_MAX; at++) {
		const char *line = facts_text(json_array_get(kmsg, at), "text");

		if (!strstr(line, "+0x"))
			break;
		if (repro_chain_line(line, ret[n]))
			n++;
	}
	return n;
}

static int make_plan(const struct repro_ask *a, const char *vmlinux,
		     const struct repro_run *first, struct repro_plan *p,
		     struct why *reterr_why)
{
	char chain[CHAIN_MAX][REPRO_NAME_MAX];
	size_t count = read_chain(first, chain);
	int r = repro_plan_begin(
		p, vmlinux, topology_cpus(&a->variant->topology), reterr_why);

	if (r < 0)
		return r;
	if (!repro_plan_add_ops(p, a->config->clock == CLOCK_REAL))
		return why_set(reterr_why, -ENOTSUP,
			       "this kernel has no sched_ext");
	return repro_chain_add(p, vmlinux, chain, count, reterr_why);
}

static void judge_again(const struct repro_ask *a, const struct outcome *o,
			struct judgement *ret)
{
	struct evidence e = *a->evidence;

	e.facts = &o->facts;
	e.machine = &o->machine;
	e.console = o->console;
	e.console_len = o->console_len;
	judge(&e, ret);
}

static json_t *tell(const struct repro_story *s, const char *why,
		    const char *file)
{
	json_t *o = json_pack(
		"{ss ss? ss? sI sI sI sI sI ss? so so}", "status",
		repro_status_name(s->status), "why", why && *why ? why : NULL,
		"file", file, "functions",
		(json_int_t)(s->plan ? s->plan->count : 0), "records",
		(json_int_t)s->count, "lost", (json_int_t)s->lost, "at_ns",
		(json_int_t)repro_exit_ns(&s->first), "again_at_ns",
		(json_int_t)repro_exit_ns(&s->second), "task",
		*s->task.name ? s->task.name : NULL, "cpu",
		s->trigger ? json_integer(s->trigger->cpu) : json_null(),
		"trigger_ns",
		s->trigger ? json_integer((json_int_t)s->trigger->at_ns)
			   : json_null());

	return o;
}

/* In the child: all of it, to the report and what the result has of it. */
static json_t *second_run(const struct repro_ask *a)
{
	auto_free char *vmlinux = mon_find_vmlinux(a->config->kernel);
	struct repro_plan *plan = calloc(1, sizeof(*plan));
	struct repro_watched *w = calloc(1, sizeof(*w));
	struct repro_story s = { .status = REPRO_NOT_RUN, .plan = plan };
	struct judgement j = { 0 };
	struct why why = { .text = "" };
	struct str text = { 0 };
	int r;

	if (!plan || !w)
		die(EX_BROKEN, "out of memory");
	repro_read_run(a->evidence->facts, a->judgement->class, &s.first);
	r = vmlinux ? make_plan(a, vmlinux, &s.first, plan, &why)
		    : why_set(&why, -ENOENT,
			      "there is no vmlinux beside the kernel");
	if (r == 0)
		r = repro_watch(a, vmlinux, plan, w, &s, &why);
	if (r == 0) {
		judge_again(a, &w->outcome, &j);
		repro_read_run(&w->outcome.facts, j.class, &s.second);
		repro_compare(&s, a->config->clock == CLOCK_VIRTUAL);
		repro_find_task(&s);
	} else {
		snprintf(s.why, sizeof(s.why), "%.399s", why.text);
	}
	if (vmlinux)
		repro_lines_tell(vmlinux, plan, &s);
	repro_report(&s, &text);
	result_publish(a->folder, REPRO_FILE, str_text(&text), text.len);
	return tell(&s, s.why, REPRO_FILE);
}

static void be_child(const struct repro_ask *a, int fd, pid_t parent)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EX_BROKEN);
	json_t *o = second_run(a);
	_exit(o && json_dumpfd(o, fd, JSON_COMPACT) == 0 ? 0 : EX_BROKEN);
}

static json_t *not_run(const char *why)
{
	struct repro_story s = { .status = REPRO_NOT_RUN };

	return tell(&s, why, NULL);
}

json_t *repro_run(const struct repro_ask *a)
{
	auto_fd int fd = memfd_create("repro", MFD_CLOEXEC);
	pid_t parent = getpid(), pid;
	json_t *o = NULL;
	int status = 0;

	if (fd < 0)
		return not_run("there is no memory for it");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		be_child(a, fd, parent);
	if (pid < 0)
		return not_run("no process could be started for it");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (lseek(fd, 0, SEEK_SET) == 0 && status == 0)
		o = json_loadfd(fd, 0, NULL);
	return o ? o : not_run("the second run ended with an error");
}
