/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd-source.c - sources: resolve, probe, key, adopt, fetch. */
#include "tools/cache/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cache/git/remote-git.h"
#include "tools/cache/release/release.h"
#include "tools/cache/source/source.h"
#include "tools/cache/source/tarball.h"
#include "tools/cache/wrap/wrap.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

int fail(int error, const struct why *why)
{
	warn("%s", why->text);
	switch (error) {
	case -EINVAL:
	case -ENOENT:
	case -ENOTDIR:
	case -EISDIR:
	case -EEXIST:
	case -EOPNOTSUPP:
	case -EBADMSG:
	case -ELOOP:
	case -ENAMETOOLONG:
		return EX_USAGE;
	case -EBUSY:
		return EX_BUSY;
	case -ETIMEDOUT:
		return EX_TIMEOUT;
	default:
		return EX_BROKEN;
	}
}

/* Print @o as one line. */
static void print_json(json_t *o)
{
	if (!o || json_dumpf(o, stdout, JSON_COMPACT) < 0)
		die(EX_BROKEN, "cannot print JSON");
	putchar('\n');
	json_decref(o);
}

/* Print what is neither null nor false: "NAME=VALUE", "yes" for true. */
static void print_lines(json_t *o)
{
	const char *name;
	json_t *value;

	json_object_foreach(o, name, value)
	{
		if (json_is_object(value))
			print_lines(value);
		else if (json_is_string(value))
			printf("%s=%s\n", name, json_string_value(value));
		else if (json_is_true(value))
			printf("%s=yes\n", name);
	}
}

/* Keep the probe for later. Return: 0 or -errno. */
static int keep(const char *path, const struct source *s,
		struct why *reterr_why)
{
	json_t *o = source_to_json(s);
	auto_free char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;

	json_decref(o);
	if (!text)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return file_publish(path, text, strlen(text), 0666, reterr_why);
}

int do_resolve(const struct options *o)
{
	const struct source_request req = {
		.spec = o->args[0],
		.extra = o->extra,
		.kconfig_dir = o->kconfig_dir,
		.build_dir = o->build_dir,
		.root = o->root,
	};
	auto_source struct source s = { 0 };
	struct why why;
	int r;

	/* A probe file is for a build: what is wrong is told before it. */
	if (o->probe_file)
		check_remote();
	pull_missing(o, req.spec);
	r = source_resolve(&req, &s, &why);
	if (r == 0 && o->probe_file)
		r = keep(o->probe_file, &s, &why);
	if (r < 0)
		return fail(r, &why);
	if (s.hint)
		note("kernel '%s': %s", s.label, s.hint);
	if (o->lines) {
		json_t *all = source_to_json(&s);

		print_lines(all);
		json_decref(all);
	} else {
		print_json(source_to_json(&s));
	}
	return EX_PASS;
}

/* A state as messages show it. */
static const char *describe(const struct state *s, char buf[80])
{
	snprintf(buf, 80, "%s%.12s%s", *s->hash ? "commit " : "",
		 *s->hash ? s->hash : "no commit", s->dirty ? ", edited" : "");
	return buf;
}

/* Say what happened between two looks; nothing when it was nothing. */
static void say_change(enum change change, const struct source *was,
		       const struct state *now, const struct why *why)
{
	char a[80], b[80];

	switch (change) {
	case CHANGE_NONE:
	case CHANGE_BEFORE:
		break;
	case CHANGE_EDITED:
		warn("'%s' was edited meanwhile (%s, then %s)", was->path,
		     describe(&was->state, a), describe(now, b));
		break;
	case CHANGE_MOVED:
		warn("HEAD of '%s' moved meanwhile (%s, then %s)", was->path,
		     describe(&was->state, a), describe(now, b));
		break;
	case CHANGE_CONFIG:
		warn("the .config in '%s' was changed meanwhile", was->build);
		break;
	case CHANGE_FAILED:
		warn("the state of '%s' is not known any more: %s", was->path,
		     why->text);
		break;
	}
}

static int do_probe_since(const struct options *o)
{
	auto_source struct source was = { 0 };
	struct state now;
	enum change change = CHANGE_NONE;
	struct why why;
	int r = source_read(o->since, &was, &why);

	if (r < 0)
		return fail(r, &why);
	if (was.kind == SOURCE_DIRECTORY) {
		r = state_probe(was.path, was.build, &now, &why);
		change = state_compare(&was.state, r < 0 ? NULL : &now);
	}
	say_change(change, &was, &now, &why);
	puts(change_name(change));
	return EX_PASS;
}

int do_probe(const struct options *o)
{
	const struct source_request req = {
		.spec = o->args[0],
		.kconfig_dir = o->kconfig_dir,
		.build_dir = o->build_dir,
		.root = o->root,
	};
	auto_source struct source s = { 0 };
	json_t *all, *state;
	struct why why;
	int r;

	if (o->since && o->args[0])
		die(EX_USAGE, "probe takes DIR or --since, not both");
	if (o->since)
		return do_probe_since(o);
	if (!o->args[0])
		die(EX_USAGE, "probe needs DIR or --since");
	r = source_resolve(&req, &s, &why);
	if (r == 0 && s.kind != SOURCE_DIRECTORY)
		r = why_set(&why, -EINVAL, "'%s' is no folder", o->args[0]);
	if (r < 0)
		return fail(r, &why);
	all = source_to_json(&s);
	state = json_incref(json_object_get(all, "state"));
	json_decref(all);
	print_json(state);
	return EX_PASS;
}

int do_key(const struct options *o)
{
	const char *name = o->field ? o->field : "key";
	auto_source struct source s = { 0 };
	json_t *all, *value;
	struct why why;
	int r = source_read(o->args[0], &s, &why);

	if (r < 0)
		return fail(r, &why);
	all = source_to_json(&s);
	value = json_object_get(all, name);
	if (!value)
		value = json_object_get(json_object_get(all, "state"), name);
	if (!value)
		die(EX_USAGE, "a probe file has no field '%s'", name);
	if (json_is_string(value))
		puts(json_string_value(value));
	else if (json_is_true(value))
		puts("yes");
	else if (json_is_object(value))
		die(EX_USAGE, "field '%s' is not one value", name);
	r = json_is_null(value) || json_is_false(value) ? EX_FAIL : EX_PASS;
	json_decref(all);
	return r;
}

int do_adopt(const struct options *o)
{
	auto_source struct source s = { 0 };
	auto_str struct str kconfig = { 0 };
	struct why why;
	int r = source_read(o->args[0], &s, &why);

	if (r == 0 && s.kind != SOURCE_DIRECTORY)
		r = why_set(&why, -EINVAL, "'%s' is not about a folder",
			    o->args[0]);
	if (r == 0) {
		source_add_config(&kconfig, &s);
		r = state_adopt(s.build, o->args[1], s.state.base,
				str_text(&kconfig), &why);
	}
	return r < 0 ? fail(r, &why) : EX_PASS;
}

/* Fetch the source of @s into o->to, if it is not on this machine already. */
static int fetch(const struct options *o, const struct source *s,
		 char **ret_folder, struct why *why)
{
	if (s->kind == SOURCE_KEY)
		return why_set(why, -EINVAL,
			       "'%s' is a cache entry, which has no source",
			       s->key);
	if (s->kind == SOURCE_HOST || s->kind == SOURCE_IMAGE)
		return why_set(why, -EINVAL,
			       "'%s' is a kernel that was built, without its "
			       "source",
			       s->path);
	if (s->kind == SOURCE_DIRECTORY)
		return 0;
	if (!o->to)
		die(EX_USAGE,
		    "fetch of a tarball, a version or a git URL needs --to");
	if (s->kind == SOURCE_GIT) {
		note("getting commit %.12s of '%s'", s->state.hash, s->url);
		return remote_git_unpack(o->root, s, o->to, ret_folder, why);
	}
	if (s->kind == SOURCE_RELEASE)
		return release_unpack(o->root, s, o->to, ret_folder, why);
	return tarball_unpack(s->path, o->to, ret_folder, why);
}

int do_fetch(const struct options *o)
{
	const struct source_request req = {
		.spec = o->args[0],
		.kconfig_dir = o->kconfig_dir,
		.root = o->root,
	};
	auto_source struct source s = { 0 };
	auto_free char *folder = NULL;
	struct why why;
	int r;

	if (!req.spec == !o->probe_file)
		die(EX_USAGE, "fetch needs SPEC or --probe-file, and not both");
	r = o->probe_file ? source_read(o->probe_file, &s, &why)
			  : source_resolve(&req, &s, &why);
	if (r == 0)
		r = fetch(o, &s, &folder, &why);
	if (r < 0)
		return fail(r, &why);
	puts(folder ? folder : s.path);
	return EX_PASS;
}
