/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xml.c - results as JUnit's XML, which CI systems read. */
#include <stdio.h>
#include <string.h>

#include "tools/gauntlet/formats.h"

/* The texts are UTF-8 without control characters; of what is left XML 1.0 has
 * no U+FFFE and no U+FFFF (section 2.2, "Char"). */
static bool is_no_char(const char *text)
{
	return (unsigned char)text[0] == 0xef &&
	       (unsigned char)text[1] == 0xbf && (unsigned char)text[2] >= 0xbe;
}

void xml_escape(struct str *out, const char *text)
{
	for (; *text; text++) {
		if (is_no_char(text)) {
			str_add(out, "?");
			text += 2;
			continue;
		}
		switch (*text) {
		case '&':
			str_add(out, "&amp;");
			break;
		case '<':
			str_add(out, "&lt;");
			break;
		case '>':
			str_add(out, "&gt;");
			break;
		case '"':
			str_add(out, "&quot;");
			break;
		case '\'':
			str_add(out, "&apos;");
			break;
		default:
			str_add_bytes(out, text, 1);
		}
	}
}

static void add_attribute(struct str *out, const char *name, const char *text)
{
	str_addf(out, " %s=\"", name);
	xml_escape(out, text);
	str_add(out, "\"");
}

/* What is not judged is an error to JUnit, which knows no third way. */
static const char *element_of(enum verdict verdict)
{
	static const char *const name[VERDICTS] = {
		[VERDICT_FAIL] = "failure",
		[VERDICT_INCONCLUSIVE] = "error",
		[VERDICT_SKIP] = "skipped",
		[VERDICT_ERROR] = "error",
	};

	return name[verdict];
}

static void add_case(struct str *out, const struct result *r)
{
	const char *element = element_of(r->verdict);
	auto_str struct str why = { 0 };

	str_add(out, "    <testcase");
	add_attribute(out, "classname", r->part[PART_TEST]);
	add_attribute(out, "name", r->name);
	str_addf(out, " time=\"%.3f\"", r->seconds < 0 ? 0 : r->seconds);
	if (!element) {
		str_add(out, "/>\n");
		return;
	}
	format_why(r, &why);
	str_addf(out, ">\n      <%s", element);
	add_attribute(out, "message", str_text(&why));
	if (r->verdict == VERDICT_SKIP) {
		str_add(out, "/>\n    </testcase>\n");
		return;
	}
	add_attribute(out, "type",
		      r->verdict == VERDICT_INCONCLUSIVE ? "inconclusive"
							 : r->class);
	str_add(out, ">");
	for (char **reason = r->reason; reason && *reason; reason++) {
		xml_escape(out, *reason);
		str_add(out, "\n");
	}
	if (r->rerun && *r->rerun) {
		str_add(out, "again: ");
		xml_escape(out, r->rerun);
		str_add(out, "\n");
	}
	str_addf(out, "</%s>\n    </testcase>\n", element);
}

void format_junit(const struct results *all, bool whole)
{
	auto_str struct str out = { 0 };
	size_t errors =
		all->tally[VERDICT_ERROR] + all->tally[VERDICT_INCONCLUSIVE];
	double seconds = 0;
	char counts[200];

	(void)whole;
	for (size_t i = 0; i < all->count; i++)
		seconds += all->item[i].seconds > 0 ? all->item[i].seconds : 0;
	snprintf(counts, sizeof(counts),
		 "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", all->count,
		 all->tally[VERDICT_FAIL], errors);
	str_addf(&out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		 "<testsuites %s time=\"%.3f\">\n"
		 "  <testsuite name=\"ktstr\" %s skipped=\"%zu\" "
		 "time=\"%.3f\">\n",
		 counts, seconds, counts, all->tally[VERDICT_SKIP], seconds);
	for (size_t i = 0; i < all->count; i++)
		add_case(&out, &all->item[i]);
	str_add(&out, "  </testsuite>\n</testsuites>\n");
	fputs(str_text(&out), stdout);
}
