/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-why.c - why two kernels are not one: show --why. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/commands.h"
#include "tools/cache/source/compilers.h"
#include "tools/cache/source/spec.h"
#include "tools/cache/store/entry.h"
#include "tools/cache/store/meta.h"
#include "tools/kconfig/conf.h"
#include "tools/lib/cleanup.h"

/* How many options are named; the rest is counted. */
#define MAX_OPTIONS 20

/**
 * struct side - one of the two kernels
 * @name:   'A' or 'B', for what was asked for first and second
 * @meta:   its metadata, or as much of it as is known before a build
 * @entry:  it is in the cache
 * @config: its final configuration; of one that is not built the fragments
 */
struct side {
	char name;
	json_t *meta;
	bool entry;
	struct conf config;
};

static const char *text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

static bool differ(const json_t *a, const json_t *b, const char *name)
{
	return strcmp(text(a, name), text(b, name)) != 0;
}

/* Take what the entry called @key has to say. Return: 0 or -errno. */
static int take_entry(const struct options *o, const char *key,
		      struct side *ret, struct why *why)
{
	auto_entry struct entry e = { 0 };
	auto_free char *path = NULL;
	int r = entry_load(o->root, key, &e, why);

	if (r < 0)
		return r;
	if (asprintf(&path, "%s/config", e.path) < 0)
		return why_set(why, -ENOMEM, "out of memory");
	ret->entry = true;
	ret->meta = json_incref(e.meta);
	return conf_read(&ret->config, path, NULL, why);
}

/* The fragments of today, the user's one last. */
static int read_fragments(const struct options *o, const struct source *s,
			  struct conf *ret, struct why *why)
{
	auto_free char *folder = NULL, *common = NULL, *own = NULL;
	int r = kconfig_folder(o->kconfig_dir, &folder, why);

	if (r < 0)
		return r;
	if (asprintf(&common, "%s/ktstr.config", folder) < 0 ||
	    asprintf(&own, "%s/%s.config", folder, s->arch) < 0)
		return why_set(why, -ENOMEM, "out of memory");
	r = conf_read(ret, common, NULL, why);
	if (r == 0)
		r = conf_read(ret, own, NULL, why);
	if (r == 0 && o->extra)
		r = conf_read(ret, o->extra, NULL, why);
	return r;
}

/* Take what a spec stands for, which may be built already. */
static int take_spec(const struct options *o, const char *spec,
		     struct side *ret, struct why *why)
{
	const struct source_request req = {
		.spec = spec,
		.extra = o->extra,
		.kconfig_dir = o->kconfig_dir,
		.build_dir = o->build_dir,
		.root = o->root,
	};
	auto_source struct source s = { 0 };
	auto_free char *toolchain = NULL;
	int r;

	/* An entry has its own fragment already. */
	if (spec_kind(spec) == SPEC_KEY && take_entry(o, spec, ret, NULL) == 0)
		return 0;
	r = source_resolve(&req, &s, why);
	if (r < 0)
		return r;
	if (s.key && take_entry(o, s.key, ret, NULL) == 0)
		return 0;
	conf_done(&ret->config);
	r = compilers_versions(&toolchain, why);
	if (r < 0)
		return r;
	ret->meta = meta_of_source(&s);
	if (!ret->meta || json_object_set_new(ret->meta, "toolchain",
					      json_string(toolchain)) < 0)
		return why_set(why, -ENOMEM, "out of memory");
	return read_fragments(o, &s, &ret->config, why);
}

/* Say what a kernel is made from, as a part of a sentence. */
static void say_source(const struct side *s)
{
	const json_t *from = json_object_get(s->meta, "source");
	const char *type = text(from, "type"), *commit = text(from, "git_hash");
	const char *where = text(from, "source_tree_path");
	bool dirty = json_is_true(json_object_get(from, "dirty"));

	printf("%c is ", s->name);
	if (strcmp(type, "local") == 0)
		printf("%s%.12s of %s%s%s%s", *commit ? "commit " : "a tree",
		       commit, *where ? "'" : "a tree", where,
		       *where ? "'" : "", dirty ? " with changes" : "");
	else if (strcmp(type, "git") == 0)
		printf("commit %.12s of '%s'", commit, text(from, "url"));
	else if (*text(from, "sha256"))
		printf("a tarball of %s, SHA-256 %.12s",
		       text(s->meta, "version"), text(from, "sha256"));
	else if (strcmp(type, "tarball") == 0)
		printf("version %s", text(s->meta, "version"));
	else
		printf("of a source that nobody knows");
}

/* Say how the sources differ. Return: whether they do. */
static bool say_sources(const struct side *a, const struct side *b)
{
	const json_t *x = json_object_get(a->meta, "source");
	const json_t *y = json_object_get(b->meta, "source");
	bool dirty = json_is_true(json_object_get(x, "dirty"));
	bool same = !differ(x, y, "type") && !differ(x, y, "git_hash") &&
		    !differ(x, y, "sha256") && !differ(x, y, "image") &&
		    json_is_true(json_object_get(y, "dirty")) == dirty;

	if (same && strcmp(text(x, "type"), "tarball") == 0 &&
	    !*text(x, "sha256"))
		same = !differ(x, y, "url");
	if (same && dirty && differ(a->meta, b->meta, "identity")) {
		printf("source: both have changes that are not committed, but "
		       "not the same ones\n");
		return true;
	}
	if (same)
		return false;
	printf("source: ");
	say_source(a);
	printf(", ");
	say_source(b);
	putchar('\n');
	return true;
}

/* "make defconfig" for "def". */
static const char *base_name(const json_t *meta)
{
	const char *base = text(meta, "kconfig_base");

	if (strcmp(base, "tiny") == 0)
		return "make tinyconfig";
	if (strcmp(base, "def") == 0)
		return "make defconfig";
	return *base ? base : "unknown";
}

/* Say how one string of the metadata differs. Return: whether it does. */
static bool say_field(const struct side *a, const struct side *b,
		      const char *field, const char *what, const char *none)
{
	const char *x = text(a->meta, field), *y = text(b->meta, field);

	if (strcmp(x, y) == 0)
		return false;
	printf("%s: %c has %s, %c has %s\n", what, a->name, *x ? x : none,
	       b->name, *y ? y : none);
	return true;
}

static bool say_base(const struct side *a, const struct side *b)
{
	if (!differ(a->meta, b->meta, "kconfig_base"))
		return false;
	printf("base: %c is built upon %s, %c upon %s\n", a->name,
	       base_name(a->meta), b->name, base_name(b->meta));
	return true;
}

/*
 * Name the options that are @to's and not @from's. Those that only @from has
 * are "n" in @to; they are told too if @to is a whole configuration.
 */
static bool say_options(const struct side *from, const struct side *to)
{
	size_t shown = 0, count = 0;

	for (int pass = 0; pass < (from->entry && to->entry ? 2 : 1); pass++) {
		const struct conf *all = pass ? &from->config : &to->config;
		const struct conf *other = pass ? &to->config : &from->config;

		for (size_t i = 0; i < all->count; i++) {
			const struct conf_line *line = &all->line[i], *had;

			had = conf_find(other, line->name);
			if (conf_has(other, line) || (pass && had))
				continue;
			if (count++ >= MAX_OPTIONS)
				continue;
			shown++;
			printf("  %s: %c has %s, %c has %s\n", line->name,
			       from->name,
			       pass ? line->value : (had ? had->value : "n"),
			       to->name, pass ? "n" : line->value);
		}
	}
	if (count > shown)
		printf("  and %zu options more\n", count - shown);
	return count > 0;
}

static bool say_configs(const struct side *a, const struct side *b)
{
	bool fragments = differ(a->meta, b->meta, "ktstr_kconfig_hash");
	bool extra = differ(a->meta, b->meta, "extra_kconfig_hash");
	bool whole = a->entry && b->entry;

	if (fragments)
		say_field(a, b, "ktstr_kconfig_hash", "fragments of ktstr",
			  "none");
	if (extra)
		say_field(a, b, "extra_kconfig_hash", "your own fragment",
			  "none");
	if (!whole && !fragments && !extra)
		return false;
	if (whole && !differ(a->meta, b->meta, "config_hash"))
		return fragments || extra;
	printf(whole ? "configuration:\n"
		     : "configuration, as far as fragments say it:\n");
	/* What fragments ask for is held against what an entry has. */
	return (a->entry ? say_options(a, b) : say_options(b, a)) || extra ||
	       fragments;
}

static void side_done(struct side *s)
{
	json_decref(s->meta);
	conf_done(&s->config);
}

int do_why(const struct options *o)
{
	struct side a = { .name = 'A' }, b = { .name = 'B' };
	struct why why;
	bool differs;
	int r;

	if (!o->args[0] || !o->args[1])
		die(EX_USAGE, "show --why needs two kernels");
	r = take_spec(o, o->args[0], &a, &why);
	if (r == 0)
		r = take_spec(o, o->args[1], &b, &why);
	if (r < 0) {
		side_done(&a);
		side_done(&b);
		return fail(r, &why);
	}
	printf("A: %s\nB: %s\n", o->args[0], o->args[1]);
	differs = say_sources(&a, &b);
	differs |= say_field(&a, &b, "arch", "machine", "an unknown one");
	differs |= say_base(&a, &b);
	differs |= say_configs(&a, &b);
	differs |= say_field(&a, &b, "compilers_asked", "compilers asked for",
			     "none");
	if (say_field(&a, &b, "toolchain", "toolchain", "an unknown one"))
		puts("  (no part of a key: a new version alone builds nothing "
		     "again, KTSTR_FORCE=1 does)");
	if (!differs)
		puts("nothing that a key names differs");
	side_done(&a);
	side_done(&b);
	return differs ? EX_FAIL : EX_PASS;
}
