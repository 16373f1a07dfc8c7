/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/utf8.h"
#include "tools/vm/judge-checks.h"
#include "tools/vm/judge-expect.h"
#include "tools/vm/judge-kernel.h"
#include "tools/vm/judge-machine.h"
#include "tools/vm/judge-maps.h"
#include "tools/vm/judge-payloads.h"
#include "tools/vm/judge-sched.h"
#include "tools/vm/judge-workers.h"
#include "vmm/attest.h"

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
	json_decref(j->payloads);
	*j = (struct judgement){ 0 };
}

/* Leave the last line of @text alone, as on a terminal. */
static const char *last_line(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		text[--len] = '\0';
	for (char *tab = text; (tab = strchr(tab, '\t'));)
		*tab = ' ';
	const char *newline = strrchr(text, '\n');

	return newline ? newline + 1 : text;
}

void judge_reason(struct judgement *j, const char *fmt, ...)
{
	auto_str struct str text = { 0 };
	char line[1000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* Texts of the guest are among them: one clean line each, and all of
	 * it, since limits and names are at its end. */
	const char *last = last_line(line);

	utf8_add_line(&text, last, strlen(last), 0);
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
	if (strcmp(facts_text(e->facts->error, "class"), "refused") == 0) {
		judge_decide(j, VERDICT_FAIL, "cgroup-refused");
		judge_reason(j, "%s", why);
		return;
	}
	judge_decide(j, VERDICT_ERROR, "harness");
	judge_reason(j, "%s: %s",
		     e->on_host ? "the engine" : "the guest's init", why);
}

static bool judge_setup(const struct evidence *e, struct judgement *j)
{
	struct why why;

	if (e->facts->error) {
		tell_error(e, j);
		return false;
	}
	if (!e->on_host && attest_topology(e->facts->topology, &e->topology,
					   e->memory_mib, &why) < 0) {
		judge_decide(j, VERDICT_ERROR, "harness");
		judge_reason(j, "the machine is not the one declared: %s",
			     why.text);
		return false;
	}
	return true;
}

const char *const judge_classes[] = {
	"ok",
	"load-rejected",
	"init-failed",
	"died",
	"user-exit",
	"not-attached",
	"stalled",
	"scx-error",
	"bypassed",
	"cgroup-refused",
	"fell-back",
	"check-failed",
	"worker-failed",
	"payload-failed",
	"payload-timeout",
	"kernel-splat",
	"guest-panic",
	"boot-hang",
	"guest-hang",
	"guest-reset",
	"guest-memory",
	"qemu",
	"channel",
	"time-limit",
	"host-noise",
	"calibration",
	"kernel-log",
	"monitor",
	"unsupported",
	"harness",
	NULL,
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

/* What failed before the checks is told before them, and as the class. */
static void judge_run(const struct evidence *e, struct judgement *j)
{
	bool in_charge, left = judge_scheduler(e, j, &in_charge), failed;
	const char *class = j->class;

	if (!in_charge)
		return;
	failed = judge_workers(e, j);
	judge_checks(e, j);
	if (!left || failed)
		judge_decide(j, VERDICT_FAIL, left ? "worker-failed" : class);
	if (!left)
		return;
	judge_payloads(e, j);
	judge_maps(e, j);
	judge_kernel_log(e, j);
}

void judge(const struct evidence *e, struct judgement *ret)
{
	struct judgement j = { VERDICT_PASS, "ok",	   json_array(),
			       json_array(), json_array(), 0 };

	if (judge_ran(e, &j) && judge_room(e, &j))
		judge_run(e, &j);
	judge_expected(&e->expect, &j);
	*ret = j;
}
