/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-show.c - look into entries: show, verify, vmlinux. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/commands.h"
#include "tools/cache/source/spec.h"
#include "tools/cache/store/describe.h"
#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock.h"
#include "tools/cache/store/vmlinux.h"
#include "tools/lib/cachekey.h"
#include "tools/lib/cleanup.h"

/* How long verify waits for who replaces an entry. */
#define VERIFY_WAIT_MS 60000

void kconfig_now(const struct options *o, char ret[STATE_CRC_SIZE])
{
	auto_free char *folder = NULL;
	struct kconfig ours;
	struct why why;
	char arch[16];
	int r;

	ret[0] = '\0';
	if (source_arch(arch, NULL) < 0)
		return;
	r = kconfig_folder(o->kconfig_dir, &folder, &why);
	if (r == 0)
		r = kconfig_hash(folder, arch, NULL, &ours, &why);
	if (why_is_system(r))
		die(EX_BROKEN, "%s", why.text);
	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		warn("%s: no entry is called stale", why.text);
	if (r == 0)
		memcpy(ret, ours.builtin, STATE_CRC_SIZE);
}

void look_or_exit(const struct options *o, const char *key, struct entry *ret)
{
	struct why why;
	int r = key_check(key, &why);

	if (r < 0)
		exit(fail(r, &why));
	r = entry_look(o->root, key, ret);
	if (r == -ENOENT) {
		note("there is no entry '%s' in '%s'", key, o->root);
		exit(EX_FAIL);
	}
	if (r < 0)
		die(EX_BROKEN, "cannot look at entry '%s': %s", key,
		    strerror(-r));
}

int do_show(const struct options *o)
{
	auto_entry struct entry e = { 0 };
	char now[STATE_CRC_SIZE];
	json_t *all, *value;
	bool has_value;

	if (o->why)
		return do_why(o);
	if (o->args[1] || o->extra || o->build_dir)
		die(EX_USAGE, "show takes one KEY, and --field alone; two "
			      "kernels go with --why");
	look_or_exit(o, o->args[0], &e);
	kconfig_now(o, now);
	all = describe_entry(o->root, &e, now);
	if (!all)
		die(EX_BROKEN, "cannot look at entry '%s': %m", e.key);
	value = o->field ? json_object_get(all, o->field) : all;
	if (!value)
		die(EX_USAGE, "entry '%s' has no field '%s'", e.key, o->field);
	has_value = !json_is_null(value);
	if (json_is_string(value)) {
		puts(json_string_value(value));
	} else if (has_value) {
		json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
		putchar('\n');
	}
	json_decref(all);
	return e.error_kind || !has_value ? EX_FAIL : EX_PASS;
}

/* Verify one entry and say so. Return: false when it is corrupt. */
static bool verify(const struct options *o, const char *key)
{
	auto_entry struct entry e = { 0 };
	auto_fd int lock = -1;
	struct why why;
	int r;

	r = entry_look(o->root, key, &e);
	/* A lock would make an entry of what never was one. */
	int ours = r == 0 ? entry_is_ours(o->root, &e) : 0;
	if (ours < 0)
		r = ours;
	if (ours > 0) {
		if (entry_hold(o->root, key, VERIFY_WAIT_MS, &lock, &why) < 0)
			die(EX_BUSY, "%s", why.text);
		entry_done(&e); /* it may have been replaced meanwhile */
		r = entry_look(o->root, key, &e);
	}
	if (r == -ENOENT)
		return true; /* removed while we waited */
	if (r == 0)
		r = entry_verify(&e);
	if (r < 0)
		die(EX_BROKEN, "cannot read entry '%s': %s", key, strerror(-r));
	if (e.error_kind)
		warn("entry '%s' is corrupt (%s): %s", e.key, e.error_kind,
		     e.error.text);
	else
		puts(e.key);
	return !e.error_kind;
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
		return verify(o, one.key) ? EX_PASS : EX_FAIL;
	}
	r = entries_load(o->root, &all, &why);
	if (r < 0)
		return fail(r, &why);
	for (size_t i = 0; i < all.count; i++)
		good = verify(o, all.entry[i].key) && good;
	entries_done(&all);
	return good ? EX_PASS : EX_FAIL;
}

/* The vmlinux of an entry: with DWARF if it can be had, else its own. */
static int vmlinux_of_entry(const struct options *o, char **ret)
{
	auto_entry struct entry e = { 0 };

	look_or_exit(o, o->args[0], &e);
	if (e.error_kind) {
		warn("entry '%s' is corrupt (%s): %s", e.key, e.error_kind,
		     e.error.text);
		return -ENOENT;
	}
	if (vmlinux_with_dwarf(&e, ret) < 0)
		return -ENOMEM;
	if (*ret)
		return 0;
	if (!json_is_true(json_object_get(e.meta, "has_vmlinux")))
		return -ENOENT;
	return asprintf(ret, "%s/vmlinux", e.path) < 0 ? -ENOMEM : 0;
}

int do_vmlinux(const struct options *o)
{
	auto_free char *image = NULL, *found = NULL;
	int r;

	if (spec_kind(o->args[0]) == SPEC_PATH) {
		image = realpath(o->args[0], NULL);
		if (!image)
			die(EX_USAGE, "cannot find '%s': %m", o->args[0]);
		r = vmlinux_find(image, /* root */ "", &found);
	} else {
		r = vmlinux_of_entry(o, &found);
	}
	if (r == -ENOMEM)
		die(EX_BROKEN, "out of memory");
	if (r < 0) {
		detail("there is no vmlinux for '%s'", o->args[0]);
		return EX_FAIL;
	}
	puts(found);
	return EX_PASS;
}
