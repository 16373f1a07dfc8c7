/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/trace-out.h"

#include <inttypes.h>
#include <stdio.h>

/* Printable ASCII, and "?" for each byte of the rest. */
static void quote(struct str *out, const char *text)
{
	str_add(out, "\"");
	for (; *text; text++) {
		char c[3] = { *text };

		if (*text == '"' || *text == '\\') {
			c[0] = '\\';
			c[1] = *text;
		} else if (*text < ' ' || *text > '~') {
			c[0] = '?';
		}
		str_add(out, c);
	}
	str_add(out, "\"");
}

static void time_of(struct str *out, const char *key, uint64_t ns)
{
	str_addf(out, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000,
		 (unsigned int)(ns % 1000));
}

/* All but what is the event's own. */
static void begin(struct trace_out *o, char phase, struct trace_row row)
{
	str_addf(&o->text, "%s\n{\"ph\":\"%c\",\"pid\":%d,\"tid\":%d",
		 o->any ? "," : "", phase, row.group, row.number);
	o->any = true;
}

static void end(struct trace_out *o, const char *name, const char *args)
{
	if (name) {
		str_add(&o->text, ",\"name\":");
		quote(&o->text, name);
	}
	if (args) {
		str_add(&o->text, ",\"args\":{");
		str_add(&o->text, args);
		str_add(&o->text, "}");
	}
	str_add(&o->text, "}");
}

void trace_out_begin(struct trace_out *o)
{
	*o = (struct trace_out){ 0 };
	str_add(&o->text, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
}

void trace_out_end(struct trace_out *o, const char *meta)
{
	str_add(&o->text, "\n],\"otherData\":{");
	str_add(&o->text, meta);
	str_add(&o->text, "}}\n");
}

/* Metadata: a name, and the place among others. */
static void name_it(struct trace_out *o, struct trace_row row, const char *what,
		    const char *name, int order)
{
	struct str args = { 0 };
	char key[40];

	trace_out_text(&args, "name", name);
	snprintf(key, sizeof(key), "%s_name", what);
	begin(o, 'M', row);
	end(o, key, str_text(&args));
	str_done(&args);
	trace_out_number(&args, "sort_index", order);
	snprintf(key, sizeof(key), "%s_sort_index", what);
	begin(o, 'M', row);
	end(o, key, str_text(&args));
	str_done(&args);
}

void trace_out_name_group(struct trace_out *o, enum trace_group group,
			  const char *name)
{
	name_it(o, (struct trace_row){ group, 0 }, "process", name, group);
}

void trace_out_name_row(struct trace_out *o, struct trace_row row,
			const char *name, int order)
{
	name_it(o, row, "thread", name, order);
}

void trace_out_slice(struct trace_out *o, struct trace_row row,
		     uint64_t from_ns, uint64_t to_ns, const char *name,
		     const char *args)
{
	/* Viewers add both as floating numbers, and one that ends behind the
	 * next one's begin has that one in it, to some of them. */
	uint64_t ns = to_ns > from_ns ? to_ns - from_ns - 1 : 0;

	begin(o, 'X', row);
	time_of(&o->text, "ts", from_ns);
	time_of(&o->text, "dur", ns);
	end(o, name, args);
}

void trace_out_instant(struct trace_out *o, struct trace_row row,
		       uint64_t at_ns, const char *name, const char *args)
{
	begin(o, 'i', row);
	time_of(&o->text, "ts", at_ns);
	str_add(&o->text, ",\"s\":\"t\"");
	end(o, name, args);
}

void trace_out_counter(struct trace_out *o, uint64_t at_ns, const char *name,
		       const char *unit, double value)
{
	struct str args = { 0 };

	str_addf(&args, "\"%s\":%.6g", unit, value);
	begin(o, 'C', (struct trace_row){ TRACE_ROWS_MONITOR, 0 });
	time_of(&o->text, "ts", at_ns);
	end(o, name, str_text(&args));
	str_done(&args);
}

void trace_out_arrow(struct trace_out *o, struct trace_row row, uint64_t at_ns,
		     uint64_t id, bool ends)
{
	begin(o, ends ? 'f' : 's', row);
	time_of(&o->text, "ts", at_ns);
	str_addf(&o->text, ",\"id\":%" PRIu64 ",\"cat\":\"wakes\"%s", id,
		 ends ? ",\"bp\":\"e\"" : "");
	end(o, "wakes", NULL);
}

void trace_out_text(struct str *args, const char *key, const char *text)
{
	str_addf(args, "%s\"%s\":", args->len ? "," : "", key);
	quote(args, text);
}

void trace_out_number(struct str *args, const char *key, int64_t value)
{
	str_addf(args, "%s\"%s\":%" PRIi64, args->len ? "," : "", key, value);
}
