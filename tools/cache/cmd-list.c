/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-list.c - look at entries: show, list, verify. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/commands.h"
#include "tools/cache/source/spec.h"
#include "tools/cache/store/entry.h"
#include "tools/cache/store/temp.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define KEY_COLUMNS 48

/* An entry as JSON: its metadata and what we add. */
static json_t *to_json(const struct options *o, const struct entry *e)
{
	const char *hash = entry_text(e, "ktstr_kconfig_hash");
	json_t *all;

	if (e->error_kind)
		return json_pack("{s:s, s:s, s:s, s:s}", "key", e->key, "path",
				 e->path, "error", e->error.text, "error_kind",
				 e->error_kind);
	all = json_deep_copy(e->meta);
	json_object_set_new(all, "path", json_string(e->path));
	json_object_set_new(all, "kconfig_status",
			    json_string(!*hash		    ? "untracked"
					: is_stale(o, hash) ? "stale"
							    : "matches"));
	return all;
}

int do_show(const struct options *o)
{
	auto_entry struct entry e = { 0 };
	json_t *all, *value;

	look_or_exit(o, o->args[0], &e);
	all = to_json(o, &e);
	value = o->field ? json_object_get(all, o->field) : all;
	if (!value)
		die(EX_USAGE, "entry '%s' has no field '%s'", e.key, o->field);
	if (json_is_string(value))
		puts(json_string_value(value));
	else if (!json_is_null(value)) {
		json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
		putchar('\n');
	}
	json_decref(all);
	return e.error_kind ? EX_FAIL : EX_PASS;
}

/* One line of the table. */
static void print_entry(const struct options *o, const struct entry *e)
{
	json_t *source = json_object_get(e->meta, "source");
	const char *type = json_string_value(json_object_get(source, "type"));
	const char *version = entry_text(e, "version");
	const char *hash = entry_text(e, "ktstr_kconfig_hash");

	if (e->error_kind) {
		printf("%-*s (corrupt: %s)\n", KEY_COLUMNS, e->key,
		       e->error.text);
		return;
	}
	printf("%-*s %-12s %-8s %-7s %s%s%s\n", KEY_COLUMNS, e->key,
	       *version ? version : "-", type ? type : "-",
	       entry_text(e, "arch"), entry_text(e, "built_at"),
	       !*hash		   ? " (untracked kconfig)"
	       : is_stale(o, hash) ? " (stale kconfig)"
				   : "",
	       *entry_text(e, "extra_kconfig_hash") ? " (extra kconfig)" : "");
}

int do_list(const struct options *o)
{
	struct entries all = { 0 };
	struct why why;
	json_t *list = json_array();
	int r = entries_load(o->root, &all, &why);

	if (r < 0)
		return fail(r, &why);
	note("cache: %s", o->root);
	for (size_t i = 0; i < all.count; i++) {
		if (o->json)
			json_array_append_new(list, to_json(o, &all.entry[i]));
		else
			print_entry(o, &all.entry[i]);
	}
	if (o->json) {
		json_dumpf(list, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (all.count == 0) {
		note("no cached kernels; 'make ktstr-kernel KERNEL=PATH' "
		     "builds one");
	}
	json_decref(list);
	entries_done(&all);
	return EX_PASS;
}

/* Verify one entry and say so. Return: false when it is corrupt. */
static bool verify(struct entry *e)
{
	if (entry_verify(e) < 0)
		die(EX_BROKEN, "out of memory");
	if (e->error_kind)
		warn("entry '%s' is corrupt (%s): %s", e->key, e->error_kind,
		     e->error.text);
	else
		printf("%s\n", e->key);
	return !e->error_kind;
}

int do_verify(const struct options *o)
{
	struct entries all = { 0 };
	auto_entry struct entry one = { 0 };
	struct why why;
	bool good = true;
	int r;

	if (o->args[0]) {
		look_or_exit(o, o->args[0], &one);
		return verify(&one) ? EX_PASS : EX_FAIL;
	}
	r = entries_load(o->root, &all, &why);
	if (r < 0)
		return fail(r, &why);
	for (size_t i = 0; i < all.count; i++)
		good = verify(&all.entry[i]) && good;
	entries_done(&all);
	return good ? EX_PASS : EX_FAIL;
}
