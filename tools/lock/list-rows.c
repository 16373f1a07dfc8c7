/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/lib/utf8.h"
#include "tools/lock/list.h"

static void add_json_string(struct str *out, const char *text)
{
	auto_str struct str clean = { 0 };

	utf8_add_line(&clean, text, strlen(text), /* max_chars */ 0);
	str_add(out, "\"");
	for (const char *p = str_text(&clean); *p; p++)
		str_addf(out, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
	str_add(out, "\"");
}

void rows_begin(struct rows *r, const char *key, const char *heading)
{
	if (r->json)
		str_addf(&r->out, "%s\"%s\":[", r->out.len ? "," : "{", key);
	else
		str_add(&r->out, heading);
	r->first = true;
}

void rows_end(struct rows *r)
{
	if (r->json)
		str_add(&r->out, "]");
	else if (r->first)
		str_add(&r->out, "  (none)\n");
}

static void begin_row(struct rows *r)
{
	if (!r->json)
		str_add(&r->out, "  ");
	else
		str_add(&r->out, r->first ? "{" : ",{");
	r->first = false;
}

void row_number(struct rows *r, const char *key, unsigned int number)
{
	begin_row(r);
	if (r->json)
		str_addf(&r->out, "\"%s\":%u", key, number);
	else
		str_addf(&r->out, "%-5u ", number);
}

void row_name(struct rows *r, const char *key, const char *name)
{
	begin_row(r);
	if (r->json) {
		str_addf(&r->out, "\"%s\":", key);
		add_json_string(&r->out, name);
	} else {
		utf8_add_line(&r->out, name, strlen(name), /* max_chars */ 0);
		str_add(&r->out, " ");
	}
}

void row_node(struct rows *r, unsigned int node)
{
	if (r->json && node == NO_NODE)
		str_add(&r->out, ",\"numa_node\":null");
	else if (r->json)
		str_addf(&r->out, ",\"numa_node\":%u", node);
	else if (node == NO_NODE)
		str_addf(&r->out, "%-5s ", "?");
	else
		str_addf(&r->out, "%-5u ", node);
}

void row_word(struct rows *r, const char *key, int width, const char *word)
{
	if (r->json)
		str_addf(&r->out, ",\"%s\":\"%s\"", key, word);
	else
		str_addf(&r->out, "%-*s ", width, word);
}

void row_count(struct rows *r, const char *key, unsigned int count)
{
	if (r->json)
		str_addf(&r->out, ",\"%s\":%u", key, count);
	else
		str_addf(&r->out, "%-5u ", count);
}

void row_file(struct rows *r, const char *folder, const char *name)
{
	auto_str struct str path = { 0 };

	str_addf(&path, "%s/%s", folder, name);
	if (r->json) {
		str_add(&r->out, ",\"lockfile\":");
		add_json_string(&r->out, str_text(&path));
	} else {
		utf8_add_line(&r->out, str_text(&path), path.len, 0);
		str_add(&r->out, " ");
	}
}

void row_holders(struct rows *r, const pid_t *pid, size_t known, size_t count)
{
	if (r->json)
		str_add(&r->out, ",\"holders\":[");
	else if (count == 0)
		str_add(&r->out, "<none recorded>");
	for (size_t i = 0; i < known; i++) {
		auto_str struct str command = { 0 };

		holders_command(&command, pid[i]);
		if (!r->json) {
			str_addf(&r->out, "%s%d (%s)", i ? ", " : "", pid[i],
				 str_text(&command));
			continue;
		}
		str_addf(&r->out, "%s{\"pid\":%d,\"cmdline\":", i ? "," : "",
			 pid[i]);
		add_json_string(&r->out, str_text(&command));
		str_add(&r->out, "}");
	}
	if (r->json)
		str_add(&r->out, "]}");
	else if (known < count)
		str_addf(&r->out, " and %zu more\n", count - known);
	else
		str_add(&r->out, "\n");
}
