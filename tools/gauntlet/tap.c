/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tap.c - results as TAP 14, as the kernel's KTAP, and as JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "tools/gauntlet/formats.h"
#include "tools/gauntlet/request.h"

/* A description must not look like a directive. */
static void print_name(const char *name)
{
	for (; *name; name++) {
		if (*name == '#' || *name == '\\')
			putchar('\\');
		putchar(*name);
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

static void print_line(const struct result *r, size_t number, const char *dash)
{
	bool ok = r->verdict == VERDICT_PASS || r->verdict == VERDICT_SKIP;

	printf("%s %zu%s ", ok ? "ok" : "not ok", number, dash);
	print_name(r->name);
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

void format_tap(const struct results *all)
{
	printf("TAP version 14\n1..%zu\n", all->count);
	for (size_t i = 0; i < all->count; i++) {
		const struct result *r = &all->item[i];

		print_line(r, i + 1, " -");
		if (r->verdict != VERDICT_PASS && r->verdict != VERDICT_SKIP)
			print_yaml(r);
	}
}

/* KTAP has no YAML: diagnostics are comments, and stand before their line. */
void format_ktap(const struct results *all)
{
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
		print_line(r, i + 1, "");
	}
}

static json_t *result_json(const struct result *r)
{
	static const char *const key[PARTS] = { "kernel", "scheduler", "test",
						"preset", "profile",   "clock",
						"seed" };
	json_t *reasons = must(json_array());
	json_t *o;

	for (char **reason = r->reason; reason && *reason; reason++)
		json_array_append_new(reasons, json_string(*reason));
	o = must(json_pack(
		"{ss ss ss so ss so so}", "name", r->name, "verdict",
		verdict_names[r->verdict], "class", r->class, "reasons",
		reasons, "rerun", r->rerun ? r->rerun : "", "seconds",
		r->seconds < 0 ? json_null() : json_real(r->seconds), "result",
		r->json ? json_incref(r->json) : json_null()));
	for (size_t i = 0; i < PARTS; i++)
		json_object_set_new(o, key[i], json_string(r->part[i]));
	return o;
}

void format_json(const struct results *all)
{
	json_t *list = must(json_array()), *tally = must(json_object()), *o;
	char *text;

	for (size_t i = 0; i < all->count; i++)
		json_array_append_new(list, result_json(&all->item[i]));
	for (size_t i = 0; i < VERDICTS; i++)
		json_object_set_new(tally, verdict_names[i],
				    json_integer((json_int_t)all->tally[i]));
	o = must(json_pack("{si so so}", "schema_version",
			   RESULT_SCHEMA_VERSION, "tally", tally, "variants",
			   list));
	text = must(json_dumps(o, JSON_COMPACT));
	puts(text);
	free(text);
	json_decref(o);
}
