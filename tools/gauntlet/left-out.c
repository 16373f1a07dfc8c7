/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/left-out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* So many notes of a kind are read by somebody. */
#define NOTES_MAX 5

void left_out_add(struct left_out *l, enum left_out_kind kind, const char *fmt,
		  ...)
{
	char *text;
	va_list ap;

	if (l->count[kind]++ >= NOTES_MAX && msg_verbosity <= 0)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		die(EX_BROKEN, "out of memory");
	va_end(ap);
	note("%s", text);
	free(text);
}

void left_out_end(const struct left_out *l)
{
	static const char *const what[LEFT_OUT_KINDS] = {
		[LEFT_OUT_MACHINES] =
			"are not run on some of the machines selected",
		[LEFT_OUT_PROFILES] = "have no profile of the names selected",
		[LEFT_OUT_CLOCKS] = "are not run under a clock selected",
		[LEFT_OUT_SEEDS] =
			"are not run with some of the seeds selected",
	};

	for (size_t i = 0; i < LEFT_OUT_KINDS && msg_verbosity <= 0; i++) {
		if (l->count[i] > NOTES_MAX)
			note("%zu more tests %s; -v names them",
			     l->count[i] - NOTES_MAX, what[i]);
	}
}
