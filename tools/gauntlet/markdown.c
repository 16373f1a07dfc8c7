/* SPDX-License-Identifier: GPL-2.0-or-later */
/* markdown.c - results for a page of a forge: a table, or annotations. */
#include <stdio.h>
#include <string.h>

#include "tools/gauntlet/formats.h"

void markdown_escape(struct str *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\|`*_[]~", *text))
			str_add(out, "\\");
		if (*text == '<')
			str_add(out, "&lt;");
		else if (*text == '&')
			str_add(out, "&amp;");
		else
			str_add_bytes(out, text, 1);
	}
}

void github_escape(struct str *out, const char *text, bool is_property)
{
	for (; *text; text++) {
		switch (*text) {
		case '%':
			str_add(out, "%25");
			break;
		case '\r':
			str_add(out, "%0D");
			break;
		case '\n':
			str_add(out, "%0A");
			break;
		case ':':
			str_add(out, is_property ? "%3A" : ":");
			break;
		case ',':
			str_add(out, is_property ? "%2C" : ",");
			break;
		default:
			str_add_bytes(out, text, 1);
		}
	}
}

void format_markdown(const struct results *all)
{
	auto_str struct str out = { 0 };

	str_add(&out, "| verdict | variant | time | why |\n"
		      "|---|---|--:|---|\n");
	for (size_t i = 0; i < all->count; i++) {
		const struct result *r = &all->item[i];
		auto_str struct str why = { 0 };

		str_addf(&out, "| %s | ", verdict_names[r->verdict]);
		markdown_escape(&out, r->name);
		str_add(&out, " | ");
		format_seconds(r->seconds, &out);
		str_add(&out, " | ");
		format_why(r, &why);
		markdown_escape(&out, str_text(&why));
		str_add(&out, " |\n");
	}
	str_add(&out, "\n");
	format_tally(all, &out);
	puts(str_text(&out));
}

/* One annotation for each variant that did not pass. */
void format_github(const struct results *all)
{
	static const char *const level[VERDICTS] = {
		[VERDICT_FAIL] = "error",
		[VERDICT_INCONCLUSIVE] = "warning",
		[VERDICT_SKIP] = "notice",
		[VERDICT_ERROR] = "error",
	};
	auto_str struct str out = { 0 };

	for (size_t i = 0; i < all->count; i++) {
		const struct result *r = &all->item[i];

		if (r->verdict == VERDICT_PASS)
			continue;
		str_addf(&out, "::%s title=", level[r->verdict]);
		github_escape(&out, r->name, true);
		str_addf(&out, "::%s", verdict_names[r->verdict]);
		if (*r->class) {
			str_add(&out, ", ");
			github_escape(&out, r->class, false);
		}
		for (char **reason = r->reason; reason && *reason; reason++) {
			str_add(&out, "%0A");
			github_escape(&out, *reason, false);
		}
		if (r->rerun && *r->rerun) {
			str_add(&out, "%0Aagain: ");
			github_escape(&out, r->rerun, false);
		}
		str_add(&out, "\n");
	}
	format_tally(all, &out);
	puts(str_text(&out));
}
