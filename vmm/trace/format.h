/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format.h - how a kernel lays out an event's record, by its own description.
 *
 * The text is that of tracefs, events/SUBSYSTEM/NAME/format:
 *
 *	name: sched_switch
 *	ID: 316
 *	format:
 *		field:unsigned short common_type;	offset:0;	size:2;
 *signed:0;
 *
 * Source: Linux Documentation/trace/events.rst, 2.1 and 4.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/why.h"

#define TRACE_FIELDS_MAX 32
#define TRACE_NAME_MAX	 48

/* Bytes of a record. */
struct trace_field {
	char name[TRACE_NAME_MAX];
	uint32_t offset, size;
	bool is_signed;
};

struct trace_format {
	char name[TRACE_NAME_MAX];
	uint32_t id, field_count;
	struct trace_field field[TRACE_FIELDS_MAX];
};

/**
 * trace_format_read() - read one description
 *
 * Lines that are no field's are passed over, and fields of records that are
 * longer than 64 KiB are no fields.
 *
 * Return: 0; -EBADMSG and @reterr_why: no name, no number, or a line that
 * begins as a field's and is none.
 */
int trace_format_read(const char *text, size_t len, struct trace_format *ret,
		      struct why *reterr_why);

/* The field of that name, or NULL. */
const struct trace_field *trace_format_field(const struct trace_format *f,
					     const char *name);

/**
 * trace_field_number() - the number in a record
 * @f: NULL is no field
 *
 * Return: false when the record is too short, or the field has no size of a
 * number.
 */
bool trace_field_number(const struct trace_field *f, const void *record,
			size_t len, int64_t *ret);

/* The same of a text: what is printable of it, and "?" for the rest. */
bool trace_field_text(const struct trace_field *f, const void *record,
		      size_t len, char *ret, size_t room);
