/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/repro-story.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/repro/records.h"

#define COMM_MAX 15

const char *repro_status_name(enum repro_status s)
{
	static const char *const names[] = { "same", "other", "passed",
					     "not-run" };

	return names[s];
}

void repro_read_run(const struct facts *f, const char *class,
		    struct repro_run *ret)
{
	*ret = (struct repro_run){ .facts = f, .class = class };
	sched_exit_read(f, &ret->exit);
}

uint64_t repro_exit_ns(const struct repro_run *r)
{
	return r->exit.line ? (uint64_t)facts_int(json_array_get(r->facts->kmsg,
								 r->exit.at),
						  "at_ns")
			    : 0;
}

const char *repro_line_behind(const struct repro_run *r, size_t i)
{
	return facts_text(
		json_array_get(r->facts->kmsg,
			       r->exit.at + 1 + (r->exit.message != NULL) + i),
		"text");
}

/* Are both backtraces the same, line by line? Else @ret is the first line of
 * @b that is another. */
static bool same_way(const struct repro_run *a, const struct repro_run *b,
		     const char **ret)
{
	const char *x = "+0x", *y = x;

	for (size_t i = 0; strstr(x, "+0x") || strstr(y, "+0x"); i++) {
		x = repro_line_behind(a, i);
		y = repro_line_behind(b, i);
		*ret = y;
		if ((strstr(x, "+0x") || strstr(y, "+0x")) && strcmp(x, y) != 0)
			return false;
	}
	return true;
}

/* Texts without their numbers: pids and times are others under the real
 * clock. */
static bool same_words(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			a += strspn(a, "0123456789");
			b += strspn(b, "0123456789");
		} else if (*a++ != *b++) {
			return false;
		}
	}
	return *a == *b;
}

static bool same_text(const char *a, const char *b, bool exact)
{
	a = a ? a : "";
	b = b ? b : "";
	return exact ? strcmp(a, b) == 0 : same_words(a, b);
}

static void differ(struct repro_story *s, const char *what, const char *first,
		   const char *second)
{
	s->status = REPRO_OTHER;
	snprintf(s->why, sizeof(s->why), "%s: '%s' in the first run, '%s' now",
		 what, first ? first : "nothing", second ? second : "nothing");
}

void repro_compare(struct repro_story *s, bool exact)
{
	const struct repro_run *a = &s->first, *b = &s->second;
	const char *way;
	char left[32], right[32];

	snprintf(left, sizeof(left), "%" PRIu64, repro_exit_ns(a));
	snprintf(right, sizeof(right), "%" PRIu64, repro_exit_ns(b));
	s->status = REPRO_SAME;
	if (strcmp(b->class, "ok") == 0) {
		s->status = REPRO_PASSED;
		snprintf(s->why, sizeof(s->why), "it did not fail this time");
	} else if (strcmp(a->class, b->class) != 0) {
		differ(s, "another verdict", a->class, b->class);
	} else if (!same_text(a->exit.line, b->exit.line, exact)) {
		differ(s, "another end", a->exit.line, b->exit.line);
	} else if (!same_text(a->exit.message, b->exit.message, exact)) {
		differ(s, "another message", a->exit.message, b->exit.message);
	} else if (exact && strcmp(left, right) != 0) {
		differ(s, "at another time of the kernel's log, ns", left,
		       right);
	} else if (exact && !same_way(a, b, &way)) {
		differ(s, "on another way", "it", way);
	}
}

/* "busy[71]" in a message: the name may have blanks, and begins behind the last
 * colon or word that no name has. */
static bool named_task(const char *message, struct repro_task *ret)
{
	for (const char *open = message ? strchr(message, '[') : NULL; open;
	     open = strchr(open + 1, '[')) {
		size_t digits = strspn(open + 1, "0123456789"), len = 0;

		if (digits == 0 || digits > 9 || open[1 + digits] != ']')
			continue;
		while (len < COMM_MAX && open - len > message &&
		       open[-1 - (long)len] != ' ')
			len++;
		if (len == 0)
			continue;
		ret->pid = (uint32_t)strtoul(open + 1, NULL, 10);
		snprintf(ret->name, sizeof(ret->name), "%.*s",
			 (int)(len + digits + 2), open - len);
		return true;
	}
	return false;
}

void repro_find_task(struct repro_story *s)
{
	s->trigger = NULL;
	s->task = (struct repro_task){ 0 };
	for (size_t i = 0; i < s->count && !s->trigger; i++) {
		if (s->record[i].kind == REPRO_TRIGGER)
			s->trigger = &s->record[i];
	}
	if (named_task(s->second.exit.message, &s->task) || !s->trigger)
		return;
	s->task.pid = s->trigger->pid;
	repro_record_task(s->trigger, s->task.name);
}

uint64_t repro_waited_ns(const struct repro_run *r)
{
	static const char *const words[] = { "] failed to run for ",
					     "failed to check in for " };
	unsigned int s, ms;

	for (size_t i = 0; r->exit.message && i < 2; i++) {
		const char *at = strstr(r->exit.message, words[i]);

		if (at &&
		    sscanf(at + strlen(words[i]), "%u.%3us", &s, &ms) == 2)
			return (s * UINT64_C(1000) + ms) * 1000000;
	}
	return 0;
}
