/* SPDX-License-Identifier: GPL-2.0-or-later */
/* formats.h - the ways in which results are printed, on standard output. */
#pragma once

#include "tools/gauntlet/group.h"
#include "tools/gauntlet/result.h"
#include "tools/lib/str.h"

/* @whole: of thousands of variants, too, all that did not pass in full; formats
 * for programs always have all. */
void format_table(const struct results *all, bool whole);
void format_markdown(const struct results *all, bool whole);
void format_tap(const struct results *all, bool whole);
void format_ktap(const struct results *all, bool whole);
void format_json(const struct results *all, bool whole);
void format_jsonl(const struct results *all, bool whole);
void format_junit(const struct results *all, bool whole);
void format_github(const struct results *all, bool whole);

/* "N passed, N failed, ..." */
void format_tally(const struct results *all, struct str *out);

/* The class and the first reason of a result, as one line; "" for a pass. */
void format_why(const struct result *r, struct str *out);

/* "1.23 s", or "-" when it is not known. */
void format_seconds(double seconds, struct str *out);

/* @text for XML 1.0, within an attribute or an element; what XML cannot have
 * becomes "?". */
void xml_escape(struct str *out, const char *text);

/* @text for a message of a workflow command; @is_property for its title. */
void github_escape(struct str *out, const char *text, bool is_property);

/* @text for a cell of a table. */
void markdown_escape(struct str *out, const char *text);
