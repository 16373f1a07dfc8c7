/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why.h - one sentence that says what failed, carried up beside -errno. */
#pragma once

#include <stdbool.h>

#include "tools/lib/msg.h"

/* @error: that of the last why_set(), for why_code(). */
struct why {
	char text[512];
	int error;
};

/**
 * why_set() - record what failed
 * @why:   where to write, or NULL when the caller does not care
 * @error: negative errno value
 * @fmt:   what failed, with names in 'single quotes'; no full stop. Of what is
 *	   longer than @why has room for, the begin and the end are kept
 *
 * Return: @error, so that a failure is one statement:
 *	return why_set(why, -errno, "cannot open '%s'", path);
 */
int why_set(struct why *why, int error, const char *fmt, ...)
	KTSTR_PRINTF(3, 4);

/*
 * Is @error, a negative errno value, a lack of memory or descriptors? It tells
 * nothing of what was looked at: that is neither missing nor damaged nor free.
 */
bool why_is_shortage(int error);

/* Is @error, a negative errno value, a failure of the system we run on: a
 * shortage, or a device? Then it says nothing of what was looked at. */
bool why_is_system(int error);

/* How a program ends by @error: as one that failed itself, where
 * why_is_system(); else with @code, which says what the error means there. */
enum exit_code why_code(int error, enum exit_code code);
