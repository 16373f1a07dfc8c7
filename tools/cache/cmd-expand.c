/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-expand.c - several kernels from few words: expand, list --range. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/commands.h"
#include "tools/cache/release/expand.h"
#include "tools/cache/release/newest.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"

int do_expand(const struct options *o)
{
	auto_words char **specs = NULL;
	struct why why;
	int r = expand_specs(o->root, o->args, &specs, &why);

	if (r < 0)
		return fail(r, &why);
	for (size_t i = 0; specs[i]; i++)
		puts(specs[i]);
	return EX_PASS;
}

static void print_json(const char *range, const struct version *v, int count)
{
	const char *dots = strstr(range, "..");
	json_t *list = json_array(), *all;
	char text[VERSION_SIZE];

	for (int i = 0; i < count; i++) {
		version_format(&v[i], text);
		json_array_append_new(list, json_string(text));
	}
	all = json_pack("{s:s, s:s%, s:s, s:o}", "range", range, "start", range,
			(size_t)(dots - range), "end", dots + 2, "versions",
			list);
	if (!all || json_dumpf(all, stdout, JSON_INDENT(2)) < 0)
		die(EX_BROKEN, "cannot print JSON");
	putchar('\n');
	json_decref(all);
}

int do_list_range(const struct options *o)
{
	auto_free struct version *v = NULL;
	char text[VERSION_SIZE];
	struct why why;
	int n = newest_in_range(o->root, o->range, &v, &why);

	if (n < 0)
		return fail(n, &why);
	if (o->json) {
		print_json(o->range, v, n);
		return EX_PASS;
	}
	for (int i = 0; i < n; i++) {
		version_format(&v[i], text);
		puts(text);
	}
	return EX_PASS;
}
