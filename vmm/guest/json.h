/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - write one flat JSON object, field by field, into a string.
 *
 * The first field is always "t", so that each later one begins with a comma.
 * Memory that runs out is seen in @out->failed at the end.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/str.h"

/* {"t":"KIND" */
void json_open(struct str *out, const char *kind);
void json_close(struct str *out);

void json_text(struct str *out, const char *key, const char *text);
void json_number(struct str *out, const char *key, uint64_t value);
void json_flag(struct str *out, const char *key, bool value);
/* A set of CPUs in list format, as a string. */
void json_cpus(struct str *out, const char *key, const cpu_set_t *set);
/* ,"KEY": and nothing behind it: the caller adds the value. */
void json_key(struct str *out, const char *key);

/**
 * json_escape() - append text as the inside of a JSON string
 *
 * Bytes that are no UTF-8 become U+FFFD; control characters are escaped; no
 * newline is ever written.
 */
void json_escape(struct str *out, const char *text, size_t len);
/* json_escape() with its quotes. */
void json_quote(struct str *out, const char *text);
