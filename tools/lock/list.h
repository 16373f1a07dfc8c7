/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list.h - how the rows of "ktstr-lock list" are written. */
#pragma once

#include "tools/lock/lock.h"

#define NO_NODE UINT32_MAX

/**
 * struct rows - where to write: text in columns, or JSON
 * @first: no row of this array was written yet
 */
struct rows {
	struct str out;
	bool json, first;
};

/* An array: its JSON key and the heading of its columns. */
void rows_begin(struct rows *r, const char *key, const char *heading);
void rows_end(struct rows *r);

/* A row begins with a number or a name and its JSON key... */
void row_number(struct rows *r, const char *key, unsigned int number);
void row_name(struct rows *r, const char *key, const char *name);
/* ...goes on with these, in the order of the columns... */
void row_node(struct rows *r, unsigned int node);
void row_word(struct rows *r, const char *key, int width, const char *word);
void row_count(struct rows *r, const char *key, unsigned int count);
void row_file(struct rows *r, const char *folder, const char *name);
/* ...and ends with the holders, @count of them, of which @pid has @known. */
void row_holders(struct rows *r, const pid_t *pid, size_t known, size_t count);
