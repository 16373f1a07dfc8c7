/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text must be read as a declaration and as a test, or be complained of;
 * what is right must fit a machine or be complained of.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/profile.h"
#include "tools/lib/spec/topology-detail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The line behind the one at @text; NULL: there is none. */
static const char *next_line(const char *text)
{
	const char *end = strchr(text, '\n');

	return end ? end + 1 : NULL;
}

/* @place is "LINE:COLUMN: ", both from 1 on, of a byte that @text has, or of
 * the end of a line. */
static void check_place(const char *text, const char *place)
{
	char *end;
	unsigned long line = strtoul(place, &end, 10), column;

	if (line == 0 || *end != ':')
		abort();
	for (; text && line > 1; line--)
		text = next_line(text);
	column = strtoul(end + 1, &end, 10);
	if (!text || column == 0 || column > strcspn(text, "\n") + 1 ||
	    strncmp(end, ": ", 2) != 0)
		abort();
}

/* A complaint has a text, and no complaint has none; each has a place, and that
 * is in the file. */
static void check_diag(const struct diag *d, const char *path, const char *text)
{
	size_t len = strlen(path), count = 0;

	if ((d->count == 0) != (d->out.len == 0))
		abort();
	for (const char *at = d->out.text; at && *at; at = next_line(at)) {
		if (strncmp(at, "  ", 2) == 0)
			continue; /* the line, a caret or a hint */
		if (strncmp(at, path, len) != 0 || at[len] != ':')
			abort();
		check_place(text, at + len + 1);
		count++;
	}
	if (count != d->count)
		abort();
}

static void fit(const struct test *t, const char *text)
{
	static const struct topology machine[] = { { 1, 1, 1, 1, NULL },
						   { 1, 2, 4, 1, NULL },
						   { 2, 4, 2, 2, NULL },
						   { 64, 64, 4, 2, NULL } };

	for (size_t i = 0; i < sizeof(machine) / sizeof(machine[0]); i++) {
		struct diag d = { 0 };

		test_check_fit(t, &machine[i], &d);
		check_diag(&d, "a.test", text);
		diag_done(&d);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct diag d = { 0 }, of_test = { 0 };
	struct profile profile;
	struct sched s;
	struct test t;

	if (!text)
		return 0;
	if (sched_parse("a.sched", text, &d, &s) < 0 ||
	    test_parse("a.test", text, &of_test, &t) < 0)
		abort();
	check_diag(&d, "a.sched", text);
	check_diag(&of_test, "a.test", text);
	if (of_test.count == 0) {
		fit(&t, text);
		if (profile_of_test(NULL, &t, &profile, NULL) == 0)
			profile_done(&profile);
	}
	sched_done(&s);
	test_done(&t);
	diag_done(&d);
	diag_done(&of_test);
	free(text);
	topology_forget();
	return 0;
}
