/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail-each.c - run a command once for each call that can fail in it, let that
 * one fail, and look at what became of it.
 *
 *	fail-each [OPTION...] -- COMMAND [ARG...]
 *
 *	--preload FILE  fail-calls.so
 *	--from DIR      what the folder of each run is a copy of
 *	--in DIR        that folder; the command runs in it
 *	--stdin FILE    standard input of the command
 *	--name TEXT     how the command is called in the report
 *	--ends CODE     the exit status of the undisturbed command; 0
 *	--may CODE      an exit status that it may have when a system call
 *			fails, beside 125 and that of the undisturbed command
 *	--skip GLOB     paths in the folder that may be anyhow, as locks are
 *	--swept GLOB    what may be left, as by a command that is killed, since
 *			the next one removes it, where memory is gone, a call
 *			fails for good, or something cannot be removed
 *	--mixed         each file may be the old or the new one: the command
 *			does many things that do not belong together
 *	--excuse LIB    a library that ends the program when it has no memory,
 *			by a signal or by words of its own
 *	--limit MS      it ends within this time; 60000
 *	--told TEXT     if it says so, on either stream, it has told the
 *			failure in its own way, and what follows may be anyhow;
 *			this and those with GLOB or LIB may be given again
 *	--unsteady      how often it waits for another process is not the same
 *			each time, so calls are not either
 *	--places        of the calls that the same functions have led to only
 *			the first one
 *	--only K:P:N    only the call of kind K, process P, number N; tell all
 *
 * A line for each violation goes to standard output, and last
 * "NAME: N failures, V violations". Exit status: 0; 1 if there are violations.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/failures/calls.h"
#include "tests/failures/judge.h"

static const struct fail_call_info info[] = FAIL_TABLE;
static const char *const kind_name[] = {
	[FAIL_ROOM] = "memory",		[FAIL_ROOM_ON] = "memory-on",
	[FAIL_CALL] = "call",		[FAIL_CALL_2] = "call-2",
	[FAIL_CALL_ON] = "call-on",	[FAIL_SHORT] = "short",
	[FAIL_NOTHING] = "undisturbed",
};

struct wish {
	struct judge judge;
	const char *preload, *from, *stdin_path, *only;
	char *swept[JUDGE_SKIP];
	int swept_count;
	bool places;
	char **argv;
};

/* Where one more of an option goes, of @max at most. */
static int next(int *count, int max)
{
	if (*count == max)
		errx(2, "fail-each: more than %d of an option", max);
	return (*count)++;
}

static void read_options(int argc, char **argv, struct wish *w)
{
	static const struct option options[] = {
		{ "preload", required_argument, NULL, 'l' },
		{ "from", required_argument, NULL, 'f' },
		{ "in", required_argument, NULL, 'i' },
		{ "stdin", required_argument, NULL, 't' },
		{ "name", required_argument, NULL, 'n' },
		{ "ends", required_argument, NULL, 'E' },
		{ "may", required_argument, NULL, 'c' },
		{ "skip", required_argument, NULL, 's' },
		{ "swept", required_argument, NULL, 'w' },
		{ "mixed", no_argument, NULL, 'm' },
		{ "limit", required_argument, NULL, 'L' },
		{ "told", required_argument, NULL, 'd' },
		{ "unsteady", no_argument, NULL, 'u' },
		{ "places", no_argument, NULL, 'p' },
		{ "excuse", required_argument, NULL, 'e' },
		{ "only", required_argument, NULL, 'o' },
		{ 0 },
	};
	struct judge *j = &w->judge;
	int c;

	while ((c = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
		switch (c) {
		case 'l':
			w->preload = optarg;
			break;
		case 'f':
			w->from = optarg;
			break;
		case 'i':
			j->folder = optarg;
			break;
		case 't':
			w->stdin_path = optarg;
			break;
		case 'n':
			j->name = optarg;
			break;
		case 'w':
			w->swept[next(&w->swept_count, JUDGE_SKIP)] = optarg;
			break;
		case 'm':
			j->mixed = true;
			break;
		case 'L':
			j->limit_ms = (int)strtol(optarg, NULL, 10);
			break;
		case 'd':
			j->told[next(&j->told_count, JUDGE_TOLD)] = optarg;
			break;
		case 'u':
			j->unsteady = true;
			break;
		case 'p':
			w->places = true;
			break;
		case 'e':
			j->excuse[next(&j->excuse_count, JUDGE_EXCUSE)] =
				optarg;
			break;
		case 'o':
			w->only = optarg;
			break;
		case 'E':
			j->ends = (int)strtol(optarg, NULL, 10);
			break;
		case 'c':
			j->may[next(&j->may_count, JUDGE_MAY)] =
				(int)strtol(optarg, NULL, 10);
			break;
		case 's':
			j->skip[next(&j->skip_count, JUDGE_SKIP)] = optarg;
			break;
		default:
			exit(2);
		}
	}
	w->argv = argv + optind;
	if (!w->preload || !w->from || !j->folder || !j->name || !w->argv[0])
		errx(2, "fail-each: see the top of fail-each.c");
}

/* Points of the undisturbed run, and whether they are worth a run. */
struct plan {
	struct fail_point *point;
	uint32_t count;
};

static struct plan take_points(const struct fail_shared *shared)
{
	struct plan p = { .count = shared->points };

	if (p.count > FAIL_POINTS)
		errx(125, "fail-each: more than %d calls", FAIL_POINTS);
	p.point = malloc((p.count + 1) * sizeof(*p.point));
	if (!p.point)
		err(125, "fail-each");
	memcpy(p.point, shared->point, p.count * sizeof(*p.point));
	return p;
}

static int by_process(const void *a, const void *b)
{
	const struct fail_point *x = a, *y = b;

	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	if ((x->call == 0) != (y->call == 0))
		return x->call == 0 ? -1 : 1;
	return x->nth < y->nth ? -1 : x->nth > y->nth;
}

static bool are_same(const struct plan *a, const struct plan *b)
{
	if (a->count != b->count)
		return false;
	return a->count == 0 ||
	       memcmp(a->point, b->point, a->count * sizeof(*a->point)) == 0;
}

/* Some functions have led here before. */
static bool was_seen(const struct plan *p, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (p->point[i].stack == p->point[at].stack &&
		    p->point[i].process == p->point[at].process &&
		    p->point[i].call == p->point[at].call)
			return true;
	return false;
}

static bool has_kind(const struct fail_point *p, enum fail_kind kind)
{
	if (kind == FAIL_ROOM || kind == FAIL_ROOM_ON)
		return p->call == FAIL_memory;
	if (p->call == FAIL_memory)
		return false;
	if (kind == FAIL_CALL_2)
		return info[p->call].error[1] != 0;
	/* How others write is theirs. */
	return kind != FAIL_SHORT || (info[p->call].shorts && !p->foreign);
}

static bool is_wanted(const struct wish *w, const struct fail_point *p,
		      enum fail_kind kind)
{
	char text[64];

	if (!w->only)
		return true;
	snprintf(text, sizeof(text), "%s:%u:%u", kind_name[kind], p->process,
		 p->nth);
	return strcmp(text, w->only) == 0;
}

/* Where a command is killed, as it were, or what it cannot remove stays. */
static void leave_out_swept(struct wish *w, const struct fail_call_info *call,
			    enum fail_kind kind)
{
	bool hard = kind == FAIL_ROOM || kind == FAIL_ROOM_ON ||
		    kind == FAIL_CALL_ON || call->leaves;

	for (int i = 0; i < w->swept_count; i++)
		w->judge.skip[w->judge.skip_count + i] =
			hard ? w->swept[i] : NULL;
}

static void fail_one(struct wish *w, struct target *t,
		     const struct fail_point *p, enum fail_kind kind)
{
	struct judge *j = &w->judge;
	char what[128];

	t->shared->kind = kind;
	t->shared->process = p->process;
	t->shared->nth = p->nth;
	j->is_strict = kind == FAIL_ROOM && !p->foreign;
	judge_prepare(j, w->from);
	bool in_time = target_run(t, j->limit_ms);
	const struct fail_call_info *call =
		&info[t->shared->hit ? t->shared->hit_call : p->call];
	leave_out_swept(w, call, kind);
	snprintf(what, sizeof(what), "%s:%u:%u %s", kind_name[kind], p->process,
		 p->nth, call->name);
	judge_run(j, t, in_time, what, kind, call, w->only != NULL);
}

/* Two runs in which nothing fails are the same, or no other would say much. */
static struct plan undisturbed(struct wish *w, struct target *t)
{
	struct plan p[2];

	for (int i = 0; i < 2; i++) {
		t->shared->list = true;
		t->shared->points = 0;
		judge_prepare(&w->judge, w->from);
		if (!target_run(t, w->judge.limit_ms))
			errx(1, "%s: does not end", w->judge.name);
		p[i] = take_points(t->shared);
		qsort(p[i].point, p[i].count, sizeof(*p[i].point), by_process);
		judge_undisturbed(&w->judge, t, i == 0);
	}
	t->shared->list = false;
	if (!w->judge.unsteady && !are_same(&p[0], &p[1])) {
		printf("%s: two runs are not the same: %u and %u calls\n",
		       w->judge.name, p[0].count, p[1].count);
		w->judge.violations++;
	}
	free(p[0].point);
	return p[1];
}

int main(int argc, char **argv)
{
	struct wish w = { .judge.limit_ms = 60000 };
	struct target t;

	read_options(argc, argv, &w);
	judge_prepare(&w.judge, w.from);
	target_start(w.preload, w.judge.folder, w.stdin_path, w.argv, &t);
	struct plan p = undisturbed(&w, &t);
	for (uint32_t i = 0; i < p.count; i++) {
		if (w.places && was_seen(&p, i))
			continue;
		for (int kind = FAIL_ROOM; kind < FAIL_KINDS; kind++)
			if (has_kind(&p.point[i], kind) &&
			    is_wanted(&w, &p.point[i], kind))
				fail_one(&w, &t, &p.point[i], kind);
	}
	free(p.point);
	target_end(&t);
	if (w.judge.excused)
		printf("%s: %lu failures are excused: %s\n", w.judge.name,
		       w.judge.excused, w.judge.excuse[0]);
	printf("%s: %lu failures, %lu violations\n", w.judge.name,
	       w.judge.failures, w.judge.violations);
	return w.judge.violations > 0;
}
