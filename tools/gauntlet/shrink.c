/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shrink.c - "ktstr-gauntlet shrink": the smallest variant that still fails. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/option-values.h"
#include "tools/gauntlet/shrink.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"

struct shrunk shrunk_copy(const struct shrink *s, const struct shrunk *from)
{
	size_t n = s->has_sched ? s->sched.flag_count : 0;
	struct shrunk copy = *from;

	copy.on = must(calloc(n + 1, sizeof(*copy.on)));
	memcpy(copy.on, from->on, n * sizeof(*copy.on));
	return copy;
}

void shrunk_done(struct shrunk *s)
{
	free(s->on);
	*s = (struct shrunk){ 0 };
}

static void print_change(const char *what, const char *before, const char *now)
{
	if (strcmp(before, now) == 0)
		printf("  %-9s %s\n", what, now);
	else
		printf("  %-9s %s, was %s\n", what, now, before);
}

static void print_number(const char *what, double before, double now,
			 const char *unit)
{
	char texts[2][32];

	snprintf(texts[0], sizeof(texts[0]), "%g%s", before, unit);
	snprintf(texts[1], sizeof(texts[1]), "%g%s", now, unit);
	print_change(what, texts[0], texts[1]);
}

static void print_size(const struct shrink *s)
{
	auto_free char *before = shrink_profile(s, s->first.on);
	auto_free char *now = shrink_profile(s, s->best.on);
	char shape[2][TOPOLOGY_TEXT_SIZE];
	unsigned int most = shrink_workers(s);

	topology_format(&s->first.topology, shape[0]);
	topology_format(&s->best.topology, shape[1]);
	print_change("flags", before, now);
	print_change("machine", shape[0], shape[1]);
	print_number("workers", most,
		     s->best.cap && s->best.cap < most ? s->best.cap : most,
		     " of a kind at most");
	print_number("duration", (double)s->first.duration_ns / 1e6,
		     (double)s->best.duration_ns / 1e6, " ms");
}

static void shrink_done(struct shrink *s)
{
	free(s->name);
	free(s->preset);
	words_free(s->base);
	words_free(s->lock);
	words_free(s->program);
	words_free(s->tried);
	if (s->has_sched)
		sched_done(&s->sched);
	test_done(&s->test);
	free(s->test_path);
	free(s->text);
	free(s->failure.verdict);
	free(s->failure.class);
	words_free(s->failure.checks);
	shrunk_done(&s->first);
	shrunk_done(&s->best);
}

int command_shrink(const struct request *req)
{
	struct shrink s = { .req = req };
	auto_free char *command = NULL;

	s.program = option_words("--vm-command", req->vm_command);
	if (!s.program)
		die(EX_USAGE, "--vm-command: a program is missing");
	shrink_read(&s, req->operand[0]);
	if (!s.lock)
		s.lock = option_words("--lock-command", req->lock_command);
	if (!shrink_run(&s, &s.first, "as it was")) {
		warn("'%s' did not fail again the same way (%s), so it cannot "
		     "be made smaller",
		     s.name, s.failure.class);
		shrink_done(&s);
		return EX_INCONCLUSIVE;
	}
	shrink_search(&s);
	command = shrink_command(&s);
	printf("%s: %s (%s), smallest after %u run%s\n", s.name,
	       s.failure.verdict, s.failure.class, s.runs,
	       s.runs == 1 ? "" : "s");
	print_size(&s);
	printf("  run it    %s\n", command);
	shrink_done(&s);
	return EX_PASS;
}
