/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-exit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/vm/dump-read.h"
#include "tools/vm/judge-checks.h"

#define FUNCTIONS_MAX 8 /* of a backtrace that are told */
#define VERIFIER_MAX  4 /* lines of the verifier that are told */

static const char *kmsg_text(const struct facts *f, size_t i)
{
	return facts_text(json_array_get(f->kmsg, i), "text");
}

/* Some errors can only happen while a scheduler is enabled. */
static bool is_of_init(const char *message)
{
	static const char *const words[] = { "ops.init() failed",
					     "ops.init_task() failed",
					     "ops.cgroup_init() failed",
					     "scx_ops_enable() failed",
					     "scx_enable() failed" };

	for (size_t i = 0; message && i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(message, words[i]))
			return true;
	return false;
}

static int kind_of(const char *line, const char *message)
{
	if (strstr(line, "stall)"))
		return EXIT_STALL;
	if (strstr(line, "(unregistered from BPF)"))
		return EXIT_BPF;
	if (!strstr(line, "error)"))
		return EXIT_OTHER;
	return is_of_init(message) ? EXIT_INIT : EXIT_ERROR;
}

void sched_exit_read(const struct facts *f, struct sched_exit *ret)
{
	*ret = (struct sched_exit){ .kind = EXIT_NONE };
	for (size_t i = 0; i < json_array_size(f->kmsg); i++) {
		const char *text = kmsg_text(f, i), *next;

		if (!strstr(text, "sched_ext:") ||
		    !strstr(text, "disabled (") ||
		    strstr(text, "unregistered from user space"))
			continue;
		ret->line = text;
		ret->at = i;
		next = kmsg_text(f, i + 1);
		if (strncmp(next, "sched_ext: ", 11) == 0 &&
		    (next = strstr(next + 11, ": ")))
			ret->message = next + 2;
		ret->kind = kind_of(text, ret->message);
		return;
	}
}

const char *sched_exit_class(const struct sched_exit *x)
{
	static const char *const names[] = {
		[EXIT_NONE] = "fell-back",  [EXIT_STALL] = "stalled",
		[EXIT_ERROR] = "scx-error", [EXIT_INIT] = "init-failed",
		[EXIT_BPF] = "user-exit",   [EXIT_OTHER] = "fell-back",
	};

	return names[x->kind];
}

/* The kernel dates messages by another clock than the guest its frames: it was
 * 1.1 ms ahead where both were of one moment. */
#define KMSG_AHEAD_NS 10000000

bool sched_exit_let_go(const struct facts *f, int64_t at_ns)
{
	for (size_t i = 0; i < json_array_size(f->kmsg); i++) {
		if (strstr(kmsg_text(f, i), "(unregistered from user space)") &&
		    facts_int(json_array_get(f->kmsg, i), "at_ns") -
				    KMSG_AHEAD_NS <=
			    at_ns)
			return true;
	}
	return false;
}

/* One more function: "  scx_tick+0x2f/0x40" without what is behind the name.
 * Return: false if @line is no such thing. */
static bool add_function(struct str *s, const char *line)
{
	const char *name = line + strspn(line, " ");
	size_t len = strcspn(name, "+ \n");

	if (name == line || len == 0 || name[len] != '+')
		return false;
	str_addf(s, "%s%.*s", s->len ? " < " : "", (int)len, name);
	return true;
}

/* The lines behind the kernel's message are the backtrace. */
static void tell_backtrace(const struct facts *f, const struct sched_exit *x,
			   struct judgement *j)
{
	size_t at = x->at + 1 + (x->message != NULL), n = 0;
	auto_str struct str s = { 0 };

	while (n < FUNCTIONS_MAX && add_function(&s, kmsg_text(f, at + n)))
		n++;
	if (n > 0)
		judge_reason(j, "it was in %s", str_text(&s));
}

/* Copy the line at @at, which is @size long at most. */
static void copy_line(const char *at, char *ret, size_t size)
{
	snprintf(ret, size, "%.*s", (int)strcspn(at, "\n"), at);
}

/*
 * Threads of the kernel that serve one CPU have its number in their names:
 * "kworker/1:2[48]", "ksoftirqd/1[20]"; others, as "kworker/u8:0", do not.
 */
static void tell_bound(const char *message, struct judgement *j)
{
	const char *number = strchr(message, '/');
	size_t len = number ? strspn(++number, "0123456789") : 0;

	if (len > 0 && len < 6 && (number[len] == ':' || number[len] == '['))
		judge_reason(j,
			     "%.*s serves CPU %.*s alone, and may run nowhere "
			     "else",
			     (int)strcspn(message, "["), message, (int)len,
			     number);
}

/* "NAME[PID] failed to run for 5.024s": the exit dump has that task. */
static void tell_stalled(const struct facts *f, const char *message,
			 struct judgement *j)
{
	const char *end = strstr(message, "] failed to run");
	const json_t *task, *values;
	json_t *dumps;
	char who[80];

	if (!end || (size_t)(end - message) + 2 > sizeof(who))
		return;
	snprintf(who, sizeof(who), "%.*s]", (int)(end - message), message);
	if (json_array_size(f->scheduler) == 0)
		return; /* not started by us, so its output is not here */
	dumps = dumps_read(f);
	task = dumps_task(dumps, who);
	values = json_object_get(task, "values");
	if (!*facts_text(values, "cpus")) {
		judge_reason(j, "the scheduler printed no exit dump that has "
				"the task that waited; 'exit-dump = yes' keeps "
				"one whatever it prints");
		tell_bound(message, j);
	} else {
		judge_reason(j,
			     "the task that waited: %s %+" PRIi64 "ms; mask of "
			     "the CPUs it may use: %s",
			     who, facts_int(task, "runnable_ms"),
			     facts_text(values, "cpus"));
	}
	json_decref(dumps);
}

void sched_exit_tell(const struct facts *f, const struct sched_exit *x,
		     struct judgement *j)
{
	if (!x->line)
		return;
	judge_reason(j, "the kernel: %s", x->line);
	if (x->message)
		judge_reason(j, "the kernel: %s", x->message);
	if (x->kind == EXIT_STALL && x->message)
		tell_stalled(f, x->message, j);
	if (x->kind == EXIT_ERROR || x->kind == EXIT_INIT)
		tell_backtrace(f, x, j);
}

bool sched_exit_tell_log(const struct facts *f, const struct sched_exit *x,
			 struct judgement *j)
{
	const char *reason = x->line ? strstr(x->line, "disabled (") : NULL;
	auto_str struct str want = { 0 };
	char line[400];
	const char *at;

	if (!reason || x->message)
		return false;
	reason += strlen("disabled (");
	str_addf(&want, "EXIT: %.*s (", (int)strcspn(reason, ")"), reason);
	at = strstr(str_text(&f->log), str_text(&want));
	if (!at)
		return false;
	copy_line(at, line, sizeof(line));
	judge_reason(j, "its log: %s", line);
	return true;
}

/* The last of the lines from @log to @end, without the summary. */
static void tell_lines(const char *log, const char *end, struct judgement *j)
{
	const char *last[VERIFIER_MAX] = { NULL };
	char line[400];
	size_t n = 0;

	while (log < end) {
		size_t len = strcspn(log, "\n");

		if (len > 0 && strncmp(log, "processed ", 10) != 0)
			last[n++ % VERIFIER_MAX] = log;
		log += len + (log[len] == '\n');
	}
	for (size_t i = n > VERIFIER_MAX ? n - VERIFIER_MAX : 0; i < n; i++) {
		copy_line(last[i % VERIFIER_MAX], line, sizeof(line));
		judge_reason(j, "the verifier: %s", line);
	}
}

void judge_verifier(const struct facts *f, struct judgement *j)
{
	static const char begin[] = "-- BEGIN PROG LOAD LOG --\n";
	const char *log = strstr(str_text(&f->log), begin), *end;

	if (!log)
		return;
	log += sizeof(begin) - 1;
	end = strstr(log, "-- END PROG LOAD LOG --");
	/* libbpf's own words stand before that, in the same line. */
	while (end && end > log && end[-1] != '\n')
		end--;
	tell_lines(log, end ? end : log + strlen(log), j);
}
