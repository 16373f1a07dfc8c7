/* SPDX-License-Identifier: GPL-2.0-or-later */
/* markdown.c - results for a page of a forge: a table, or annotations. */
#include <stdio.h>
#include <string.h>

#include "tools/gauntlet/formats.h"
#include "tools/gauntlet/summary.h"
#include "tools/lib/utf8.h"

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

/* A page of a forge has a limit, 1 MiB on GitHub. */
#define ROWS_MAX      60
#define WHY_CHARS_MAX 300

static void add_row(struct str *out, const struct group *g)
{
	auto_str struct str why = { 0 }, line = { 0 };

	str_addf(out, "| %s | ", verdict_names[g->worst->verdict]);
	markdown_escape(out, g->count > 1 ? g->name : g->first->name);
	if (g->count > 1) {
		str_add(out, " (");
		group_passed(g, out);
		str_add(out, " passed)");
	}
	str_add(out, " | ");
	format_seconds(group_seconds(g), out);
	str_add(out, " | ");
	group_why(g, &why);
	utf8_add_line(&line, str_text(&why), why.len, WHY_CHARS_MAX);
	markdown_escape(out, str_text(&line));
	str_add(out, " |\n");
}

static void add_summary(struct str *out, const struct results *results)
{
	struct summary s;

	summary_make(results, PART_TEST, &s);
	str_add(out, "| test | passed | failed | inconclusive | skipped | "
		     "errors |\n|---|--:|--:|--:|--:|--:|\n");
	for (size_t i = 0; i < s.count && i < ROWS_MAX; i++) {
		const size_t *n = s.line[i].tally;

		str_add(out, "| ");
		markdown_escape(out, s.line[i].name);
		str_addf(out, " | %zu | %zu | %zu | %zu | %zu |\n",
			 n[VERDICT_PASS], n[VERDICT_FAIL],
			 n[VERDICT_INCONCLUSIVE], n[VERDICT_SKIP],
			 n[VERDICT_ERROR]);
	}
	str_add(out, "\n");
	if (s.count > ROWS_MAX)
		str_addf(out, "... and %zu more tests\n\n", s.count - ROWS_MAX);
	summary_done(&s);
}

void format_markdown(const struct results *all, bool whole)
{
	auto_str struct str out = { 0 };
	struct groups groups;
	size_t told = 0, left = 0;

	groups_make(all, &groups);
	bool is_long = !whole && groups.count > ROWS_MAX;
	if (is_long)
		groups_sort(&groups);
	str_add(&out, "| verdict | variant | time | why |\n"
		      "|---|---|--:|---|\n");
	for (size_t i = 0; i < groups.count; i++) {
		const struct group *g = &groups.item[i];

		if (is_long && g->worst->verdict == VERDICT_PASS)
			continue;
		if (is_long && told == ROWS_MAX) {
			left++;
			continue;
		}
		add_row(&out, g);
		told++;
	}
	str_add(&out, "\n");
	if (left)
		str_addf(&out, "... and %zu more that did not pass\n\n", left);
	if (is_long)
		add_summary(&out, all);
	format_tally(all, &out);
	puts(str_text(&out));
	groups_done(&groups);
}

/* Of one variant's seeds the worst speaks for all. */
static void add_annotation(struct str *out, const struct group *g)
{
	static const char *const level[VERDICTS] = {
		[VERDICT_FAIL] = "error",
		[VERDICT_INCONCLUSIVE] = "warning",
		[VERDICT_SKIP] = "notice",
		[VERDICT_ERROR] = "error",
	};
	const struct result *r = g->worst;

	str_addf(out, "::%s title=", level[r->verdict]);
	github_escape(out, r->name, true);
	str_addf(out, "::%s", verdict_names[r->verdict]);
	if (*r->class) {
		str_add(out, ", ");
		github_escape(out, r->class, false);
	}
	if (g->count > 1) {
		str_add(out, "; ");
		group_passed(g, out);
		str_add(out, " seeds passed");
	}
	for (char **reason = r->reason; reason && *reason; reason++) {
		str_add(out, "%0A");
		github_escape(out, *reason, false);
	}
	if (r->rerun && *r->rerun) {
		str_add(out, "%0Aagain: ");
		github_escape(out, r->rerun, false);
	}
	str_add(out, "\n");
}

/* One annotation for each variant that did not pass, the worst first: a forge
 * shows the first ten alone. */
void format_github(const struct results *all, bool whole)
{
	auto_str struct str out = { 0 };
	struct groups groups;

	(void)whole;
	groups_make(all, &groups);
	groups_sort(&groups);
	for (size_t i = 0; i < groups.count; i++) {
		if (groups.item[i].worst->verdict != VERDICT_PASS)
			add_annotation(&out, &groups.item[i]);
	}
	format_tally(all, &out);
	puts(str_text(&out));
	groups_done(&groups);
}
