/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entries.c - entries: put, get, show, list, verify, clean. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/commands.h"
#include "tools/cache/entry.h"
#include "tools/cache/spec.h"
#include "tools/cache/store.h"
#include "tools/cache/temp.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

/* How long put waits for the readers of an entry that it replaces. */
#define PUT_WAIT_MS 60000
#define KEY_COLUMNS 48

bool is_stale(const struct options *o, const char *hash)
{
	auto_free char *folder = NULL;
	struct kconfig ours;
	char arch[16];

	if (!*hash || source_arch(arch, NULL) < 0 ||
	    kconfig_folder(o->kconfig_dir, &folder, NULL) < 0 ||
	    kconfig_hash(folder, arch, NULL, &ours, NULL) < 0)
		return false;
	return strcmp(hash, ours.builtin) != 0;
}

int do_put(const struct options *o)
{
	auto_source struct source s = { 0 };
	struct store_request req = {
		.root = o->root,
		.to = o->to,
		.key = o->key,
		.image = o->image,
		.vmlinux = o->vmlinux,
		.config = o->config,
		.bpf_dir = o->bpf_dir,
		.wait_ms = PUT_WAIT_MS,
	};
	auto_free char *path = NULL;
	struct why why;
	int r = 0;

	if (!o->image || !o->vmlinux || !o->config)
		die(EX_USAGE, "put needs --image, --vmlinux and --config");
	if (o->probe_file) {
		r = source_read(o->probe_file, &s, &why);
		req.source = &s;
	}
	if (r < 0)
		return fail(r, &why);
	if (o->to && !req.key)
		req.key = strrchr(o->to, '/') ? strrchr(o->to, '/') + 1 : o->to;
	if (!req.key)
		req.key = s.key;
	if (!req.key)
		die(EX_USAGE, "put needs --key, or --probe-file of a source "
			      "that has a key, or --to");
	r = store_put(&req, &path, &why);
	if (r < 0)
		return fail(r, &why);
	puts(path);
	return EX_PASS;
}

/* The entry called @key, corrupt or not; does not return when there is none. */
static void look_or_exit(const struct options *o, const char *key,
			 struct entry *ret)
{
	struct why why;
	int r = key_check(key, &why);

	if (r < 0)
		exit(fail(r, &why));
	r = entry_look(o->root, key, ret);
	if (r == -ENOENT) {
		detail("there is no entry '%s' in '%s'", key, o->root);
		exit(EX_FAIL);
	}
	if (r < 0)
		die(EX_BROKEN, "out of memory");
}

int do_get(const struct options *o)
{
	auto_entry struct entry e = { 0 };

	look_or_exit(o, o->args[0], &e);
	if (e.error_kind) {
		warn("entry '%s' is corrupt (%s): %s; it counts as missing",
		     e.key, e.error_kind, e.error.text);
		return EX_FAIL;
	}
	puts(e.path);
	return EX_PASS;
}

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

/* Is the entry at @i, the @valid-th valid one, to be removed? */
static bool is_doomed(const struct options *o, const struct entry *e,
		      unsigned int valid)
{
	if (e->error_kind)
		return true;
	if (o->corrupt_only)
		return false;
	return !o->has_keep || valid >= o->keep;
}

/* Ask on the terminal. Return: false for anything but "y" and "Y". */
static bool confirm(size_t count)
{
	char answer[16];

	if (!isatty(STDIN_FILENO))
		die(EX_USAGE,
		    "standard input is no terminal: say --force to "
		    "remove %zu entries",
		    count);
	fprintf(stderr, "remove %zu entries? [y/N] ", count);
	return fgets(answer, sizeof(answer), stdin) &&
	       (answer[0] == 'y' || answer[0] == 'Y');
}

/* Remove one entry, unless somebody uses it. Return: 0 or -errno, said. */
static int remove_entry(const struct options *o, const struct entry *e)
{
	struct why why;
	auto_free char *temps = NULL, *doomed = NULL;
	auto_temp struct temp temp = TEMP_NONE;
	int r;

	auto_fd int lock = entry_lock(o->root, e->key, /* exclusive */ true,
				      /* wait_ms */ 0, &why);
	r = lock < 0 ? lock : 0;
	if (r == 0 && asprintf(&temps, "%s/.tmp", o->root) < 0)
		r = why_set(&why, -ENOMEM, "out of memory");
	if (r == 0)
		r = temp_new(temps, "clean", &temp, &why);
	if (r == 0 && asprintf(&doomed, "%s/entry", temp.path) < 0)
		r = why_set(&why, -ENOMEM, "out of memory");
	/* Out of sight at once, and only then in pieces. */
	if (r == 0 && rename(e->path, doomed) < 0 && errno != ENOENT)
		r = why_set(&why, -errno, "cannot remove '%s': %s", e->path,
			    strerror(errno));
	if (r < 0)
		warn("%s", why.text);
	else
		puts(e->key);
	return r;
}

int do_clean(const struct options *o)
{
	struct entries all = { 0 };
	unsigned int valid = 0;
	size_t count = 0;
	struct why why;
	int code = EX_PASS, r = entries_load(o->root, &all, &why);

	if (o->has_keep && o->corrupt_only)
		die(EX_USAGE, "--keep and --corrupt-only exclude each other");
	if (r < 0)
		return fail(r, &why);
	for (size_t i = 0; i < all.count; i++) {
		if (is_doomed(o, &all.entry[i], valid))
			all.entry[count++] = all.entry[i];
		else
			entry_done(&all.entry[i]);
		valid++;
	}
	all.count = count;
	if (count == 0)
		note("nothing to clean in '%s'", o->root);
	else if (!o->force && !confirm(count)) {
		note("aborted");
		entries_done(&all);
	}
	for (size_t i = 0; i < all.count; i++) {
		r = remove_entry(o, &all.entry[i]);
		if (r < 0 && code != EX_BROKEN)
			code = r == -EBUSY ? EX_BUSY : EX_BROKEN;
	}
	entries_done(&all);
	return code;
}
