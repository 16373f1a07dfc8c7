/* SPDX-License-Identifier: GPL-2.0-or-later */
/* str.h - the one growing string. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/msg.h"

/**
 * struct str - text that grows
 * @text: NUL-terminated, or NULL while empty; the struct owns it
 * @len:  bytes before the NUL
 * @room: bytes allocated
 * @failed: memory ran out once; all later calls do nothing, so that a caller
 *	    may write freely and ask once at the end
 *
 * Start with { 0 } or declare it auto_str.
 */
struct str {
	char *text;
	size_t len, room;
	bool failed;
};

/* What is called when a text gets no memory, or NULL: msg_end_without_memory().
 */
extern void (*str_no_memory)(void);

#define auto_str __attribute__((cleanup(str_done)))

void str_done(struct str *s);
void str_add(struct str *s, const char *text);
/* Something that belongs into it could not be had for want of memory. */
void str_fail(struct str *s);
void str_add_bytes(struct str *s, const void *data, size_t len);
void str_addf(struct str *s, const char *fmt, ...) KTSTR_PRINTF(2, 3);

/**
 * str_take() - hand the text to the caller
 *
 * Return: the text ("" if nothing was added), the caller frees it; NULL if
 * memory ran out. @s is empty afterwards.
 */
char *str_take(struct str *s);

/* The text so far, never NULL. */
static inline const char *str_text(const struct str *s)
{
	return s->text ? s->text : "";
}
