/* SPDX-License-Identifier: GPL-2.0-or-later */
/* name-table.h - texts as small numbers, so that equal ones are told by number.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NAME_NONE UINT32_MAX

/**
 * struct name_table - texts, numbered from 0 in the order of their coming
 *
 * Start with { 0 }. Texts may hold any bytes; each has a NUL behind it.
 */
struct name_table {
	char *text;
	size_t text_len, text_room;
	size_t *at; /* of each text in @text; one more, the end */
	uint32_t *slot;
	size_t count, room, slots;
};

/* The number of @text, a new one if it was not there. Ends the program when
 * memory runs out. */
uint32_t name_table_add(struct name_table *t, const void *text, size_t len);
/* The number of @text, or NAME_NONE. */
uint32_t name_table_find(const struct name_table *t, const void *text,
			 size_t len);
/* Of two numbers as one. */
uint32_t name_table_add_pair(struct name_table *t, uint32_t a, uint32_t b);
void name_table_pair(const struct name_table *t, uint32_t n, uint32_t ret[2]);

/* Valid until the next is added. */
static inline const char *name_table_text(const struct name_table *t,
					  uint32_t n)
{
	return t->text + t->at[n];
}

void name_table_done(struct name_table *t);
