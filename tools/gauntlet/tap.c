/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tap.c - results as TAP 14, and as the kernel's KTAP. */
#include <stdio.h>
#include <stdlib.h>

#include "tools/gauntlet/formats.h"
#include "tools/gauntlet/request.h"

/* A description must not look like a directive. KTAP has no way to say that. */
static void print_name(const char *name, bool is_ktap)
{
	for (; *name; name++) {
		bool special = *name == '#' || *name == '\\';

		if (special && !is_ktap)
			putchar('\\');
		putchar(special && is_ktap ? '_' : *name);
	}
}

/* A JSON string is a YAML string too. */
static void print_quoted(const char *text)
{
	json_t *string = must(json_string(text));
	char *quoted = must(json_dumps(string, JSON_ENCODE_ANY));

	fputs(quoted, stdout);
	free(quoted);
	json_decref(string);
}

static void print_line(const struct result *r, size_t number, bool is_ktap)
{
	bool ok = r->verdict == VERDICT_PASS || r->verdict == VERDICT_SKIP;

	printf("%s %zu%s ", ok ? "ok" : "not ok", number, is_ktap ? "" : " -");
	print_name(r->name, is_ktap);
	if (r->verdict == VERDICT_SKIP) {
		auto_str struct str why = { 0 };

		format_why(r, &why);
		printf(" # SKIP %s", str_text(&why));
	}
	putchar('\n');
}

static void print_yaml(const struct result *r)
{
	printf("  ---\n  verdict: %s\n  class: ", verdict_names[r->verdict]);
	print_quoted(r->class);
	printf("\n  reasons:%s\n", r->reason && r->reason[0] ? "" : " []");
	for (char **reason = r->reason; reason && *reason; reason++) {
		printf("    - ");
		print_quoted(*reason);
		putchar('\n');
	}
	printf("  rerun: ");
	print_quoted(r->rerun ? r->rerun : "");
	printf("\n  ...\n");
}

void format_tap(const struct results *all, bool whole)
{
	(void)whole;
	printf("TAP version 14\n1..%zu\n", all->count);
	for (size_t i = 0; i < all->count; i++) {
		const struct result *r = &all->item[i];

		print_line(r, i + 1, false);
		if (r->verdict != VERDICT_PASS && r->verdict != VERDICT_SKIP)
			print_yaml(r);
	}
}

/* KTAP has no YAML: diagnostics are comments, and stand before their line. */
void format_ktap(const struct results *all, bool whole)
{
	(void)whole;
	printf("KTAP version 1\n1..%zu\n", all->count);
	for (size_t i = 0; i < all->count; i++) {
		const struct result *r = &all->item[i];
		bool told = r->verdict != VERDICT_PASS &&
			    r->verdict != VERDICT_SKIP;

		if (told)
			printf("# %s: %s\n", verdict_names[r->verdict],
			       r->class);
		for (char **reason = r->reason; told && reason && *reason;
		     reason++)
			printf("# %s\n", *reason);
		if (told && r->rerun && *r->rerun)
			printf("# again: %s\n", r->rerun);
		print_line(r, i + 1, true);
	}
}
