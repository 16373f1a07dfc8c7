/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/trace/format.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LINE_ROOM  512
#define RECORD_MAX 65536

/* The next line without its newline; longer ones are cut. False: no more. */
static bool next_line(const char **at, const char *end, char line[LINE_ROOM])
{
	const char *newline;
	size_t len;

	if (*at >= end)
		return false;
	newline = memchr(*at, '\n', (size_t)(end - *at));
	len = (size_t)((newline ? newline : end) - *at);
	snprintf(line, LINE_ROOM, "%.*s", (int)(len < LINE_ROOM ? len : 0),
		 *at);
	*at = newline ? newline + 1 : end;
	return true;
}

/* The last word before the ";", without the "[16]" of an array. */
static bool read_name(const char *declaration, char ret[TRACE_NAME_MAX])
{
	size_t end = strcspn(declaration, ";"), begin;

	if (declaration[end] != ';')
		return false;
	if (end > 0 && declaration[end - 1] == ']') {
		while (end > 0 && declaration[end - 1] != '[')
			end--;
		end -= end > 0;
	}
	for (begin = end; begin > 0 && declaration[begin - 1] != ' ' &&
			  declaration[begin - 1] != '*';)
		begin--;
	if (begin == end || end - begin >= TRACE_NAME_MAX)
		return false;
	snprintf(ret, TRACE_NAME_MAX, "%.*s", (int)(end - begin),
		 declaration + begin);
	return true;
}

static bool read_field(const char *line, struct trace_field *ret)
{
	const char *rest = strchr(line, ';');
	uint32_t offset, size;
	int is_signed;

	if (!rest || !read_name(line, ret->name) ||
	    sscanf(rest + 1,
		   " offset:%" SCNu32 "; size:%" SCNu32 "; signed:%d;", &offset,
		   &size, &is_signed) != 3)
		return false;
	if (offset > RECORD_MAX || size > RECORD_MAX)
		return false;
	ret->offset = offset;
	ret->size = size;
	ret->is_signed = is_signed != 0;
	return true;
}

static int read_line(const char *line, struct trace_format *f, bool *has_id,
		     struct why *reterr_why)
{
	static const char field[] = "field:";

	line += strspn(line, " \t");
	if (sscanf(line, "name: %47s", f->name) == 1)
		return 0;
	if (sscanf(line, "ID: %" SCNu32, &f->id) == 1) {
		*has_id = true;
		return 0;
	}
	if (strncmp(line, field, sizeof(field) - 1) != 0 ||
	    f->field_count == TRACE_FIELDS_MAX)
		return 0;
	if (!read_field(line + sizeof(field) - 1, &f->field[f->field_count]))
		return why_set(reterr_why, -EBADMSG,
			       "the format of a traced event has an odd line");
	f->field_count++;
	return 0;
}

int trace_format_read(const char *text, size_t len, struct trace_format *ret,
		      struct why *reterr_why)
{
	const char *end = text + len;
	char line[LINE_ROOM];
	bool has_id = false;
	int r = 0;

	*ret = (struct trace_format){ .name = "" };
	while (r == 0 && next_line(&text, end, line))
		r = read_line(line, ret, &has_id, reterr_why);
	if (r == 0 && (!has_id || !*ret->name))
		r = why_set(reterr_why, -EBADMSG,
			    "the format of a traced event has no %s",
			    has_id ? "name" : "number");
	return r;
}

const struct trace_field *trace_format_field(const struct trace_format *f,
					     const char *name)
{
	for (uint32_t i = 0; i < f->field_count; i++) {
		if (strcmp(f->field[i].name, name) == 0)
			return &f->field[i];
	}
	return NULL;
}

static bool is_inside(const struct trace_field *f, size_t len)
{
	return f && f->offset <= len && f->size <= len - f->offset;
}

bool trace_field_number(const struct trace_field *f, const void *record,
			size_t len, int64_t *ret)
{
	uint64_t n = 0, sign;

	if (!is_inside(f, len) ||
	    (f->size != 1 && f->size != 2 && f->size != 4 && f->size != 8))
		return false;
	memcpy(&n, (const char *)record + f->offset, f->size);
	sign = UINT64_C(1) << (8 * f->size - 1);
	if (f->is_signed && f->size < 8 && n & sign)
		n -= 2 * sign;
	*ret = (int64_t)n;
	return true;
}

bool trace_field_text(const struct trace_field *f, const void *record,
		      size_t len, char *ret, size_t room)
{
	const char *from;
	size_t i;

	if (!is_inside(f, len) || room == 0)
		return false;
	from = (const char *)record + f->offset;
	for (i = 0; i < f->size && i < room - 1 && from[i]; i++)
		ret[i] = (char)(from[i] < ' ' || from[i] > '~' ? '?' : from[i]);
	ret[i] = '\0';
	return true;
}
