/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/verifier-log.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A number of up to 18 digits at @at; 0 for anything else. */
static uint64_t number_at(const char *at, const char *end)
{
	uint64_t n = 0;

	for (int i = 0; i < 18 && at < end && isdigit((unsigned char)*at); i++)
		n = n * 10 + (uint64_t)(*at++ - '0');
	return n;
}

/* The number behind @word in the line, or 0. */
static uint64_t number_behind(const char *line, const char *end,
			      const char *word)
{
	const char *at = memmem(line, (size_t)(end - line), word, strlen(word));

	return at ? number_at(at + strlen(word), end) : 0;
}

/* "24+0+8" */
static void take_stack(const char *at, const char *end,
		       struct verifier_numbers *ret)
{
	size_t len = 0;

	while (at + len < end &&
	       (isdigit((unsigned char)at[len]) || at[len] == '+'))
		len++;
	snprintf(ret->stack, sizeof(ret->stack), "%.*s",
		 len < sizeof(ret->stack) ? (int)len
					  : (int)sizeof(ret->stack) - 1,
		 at);
	for (end = at + len; at < end; at++) {
		ret->stack_bytes += number_at(at, end);
		while (at < end && *at != '+')
			at++;
	}
}

static void take_line(const char *line, const char *end,
		      struct verifier_numbers *ret)
{
	static const char time[] = "verification time ";
	static const char stack[] = "stack depth ";
	size_t len = (size_t)(end - line);

	if (len > strlen(time) && strncmp(line, time, strlen(time)) == 0) {
		ret->has_time = true;
		ret->time_us = number_at(line + strlen(time), end);
	} else if (len > strlen(stack) &&
		   strncmp(line, stack, strlen(stack)) == 0) {
		take_stack(line + strlen(stack), end, ret);
	}
}

/* The line before @at, or NULL; its end is @at less the newline. */
static const char *line_before(const char *log, const char *at,
			       const char **ret_end)
{
	if (at <= log)
		return NULL;
	*ret_end = at[-1] == '\n' ? at - 1 : at;
	for (at = *ret_end; at > log && at[-1] != '\n';)
		at--;
	return at;
}

/* How many lines may stand behind the numbers, and between them. */
#define LINES_LOOKED_AT 64

int verifier_numbers_parse(const char *log, size_t len,
			   struct verifier_numbers *ret)
{
	static const char word[] = "processed ";
	struct verifier_numbers n = { 0 };
	const char *line = log + len, *end;
	bool found = false;

	for (int i = 0; i < LINES_LOOKED_AT; i++) {
		line = line_before(log, line, &end);
		if (!line)
			break;
		if (found)
			take_line(line, end, &n);
		if (found && n.has_time)
			break;
		if (found || (size_t)(end - line) <= strlen(word) ||
		    strncmp(line, word, strlen(word)) != 0)
			continue;
		found = true;
		n.processed = number_at(line + strlen(word), end);
		n.limit = number_behind(line, end, "(limit ");
		n.per_insn = number_behind(line, end, "max_states_per_insn ");
		n.total = number_behind(line, end, "total_states ");
		n.peak = number_behind(line, end, "peak_states ");
		i = LINES_LOOKED_AT - 8; /* the others stand just before */
	}
	*ret = found ? n : (struct verifier_numbers){ 0 };
	return found ? 0 : -ENOENT;
}
