/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"
#include "tools/gauntlet/result-scan.h"
#include "tools/gauntlet/stamp.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/utf8.h"
#include "tools/lib/variant-name.h"
#include "tools/lib/walk.h"
#include "tools/lib/why.h"
#include "tools/lib/words.h"

#define VARIANTS_BYTES_MAX (64 * 1024 * 1024)
/* A line of a report does not get longer, whatever a guest sends. */
#define LINE_CHARS_MAX 2000
#define REASONS_MAX    50

static char *clean(const char *text)
{
	struct str line = { 0 };

	utf8_add_line(&line, text, strlen(text), LINE_CHARS_MAX);
	return must(str_take(&line));
}

static char *clean_member(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return clean(text ? text : "");
}

static void add_reason(struct result *r, const char *text)
{
	auto_free char *line = clean(text);

	if (words_append(&r->reason, line) < 0)
		die(EX_BROKEN, "out of memory");
}

static void set_error(struct result *r, const char *text)
{
	r->verdict = VERDICT_ERROR;
	free(r->class);
	r->class = must(strdup("harness"));
	add_reason(r, text);
}

/* Cut KERNEL/SCHEDULER/TEST/PRESET/PROFILE/CLOCK/sSEED apart. */
static void set_name(struct result *r, const char *name)
{
	size_t slashes = 0;

	r->name = clean(name);
	for (const char *p = r->name; *p; p++)
		slashes += *p == '/';
	const char *p = r->name;
	for (size_t i = 0; i < PARTS; i++) {
		size_t len = strcspn(p, "/");

		if (slashes != PARTS - 1) {
			r->part[i] =
				must(strdup(i == PART_TEST ? r->name : "-"));
			continue;
		}
		r->part[i] = must(strndup(p, len));
		p += len + (p[len] == '/');
	}
}

static char *rerun_of(const json_t *o)
{
	auto_free char *command = clean_member(o, "rerun");
	auto_str struct str line = { 0 };

	if (*command)
		result_add_path(&line);
	str_add(&line, command);
	return must(str_take(&line));
}

/* "FOLDER/repro.txt (same)", of ktstr-vm's "repro". */
static char *repro_of(const json_t *o, const char *path)
{
	const json_t *repro = json_object_get(o, "repro");
	const char *file = json_string_value(json_object_get(repro, "file")),
		   *slash = strrchr(path, '/');
	auto_free char *status = clean_member(repro, "status");
	struct str text = { 0 };

	if (!file || strcmp(file, "repro.txt") != 0)
		return NULL;
	str_addf(&text, "%.*s/%s (%s)", slash ? (int)(slash - path) : 1,
		 slash ? path : ".", file, status);
	return must(str_take(&text));
}

static void take_json(struct result *r, const char *path, json_t *o)
{
	json_t *reasons = json_object_get(o, "reasons"), *reason;
	size_t i;

	r->path = must(strdup(path));
	r->verdict = result_verdict(o);
	r->class = clean_member(o, "class");
	r->rerun = rerun_of(o);
	r->repro = repro_of(o, path);
	r->seconds = result_seconds(o);
	json_array_foreach(reasons, i, reason)
	{
		if (json_is_string(reason) && i < REASONS_MAX)
			add_reason(r, json_string_value(reason));
	}
}

/* What is being read, and who wants to see it. */
struct reading {
	struct results *all;
	results_take *take;
	void *arg;
	bool brief;
};

static struct result *add(struct results *all, const char *name)
{
	struct result *r;

	all->item = must(
		reallocarray(all->item, all->count + 1, sizeof(*all->item)));
	r = &all->item[all->count++];
	*r = (struct result){ .seconds = -1 };
	set_name(r, name);
	return r;
}

/* Takes @o. */
static void take(const struct reading *reading, struct result *r,
		 const char *path, json_t *o)
{
	take_json(r, path, o);
	if (reading->take)
		reading->take(reading->arg, (size_t)(r - reading->all->item),
			      o);
	json_decref(o);
}

/* The result of a variant that a list names. */
static void read_listed(const struct reading *reading, const char *folder,
			const char *name, const char *identity)
{
	struct result *r = add(reading->all, name);
	auto_free char *path = NULL, *error = NULL;
	json_t *o;

	/* A table tells no more of a pass than its stamp knows. */
	if (reading->brief &&
	    stamp_has_pass(folder, name, identity, &r->seconds)) {
		r->class = clean("");
		return;
	}

	if (asprintf(&path, "%s/%s/result.json", folder, name) < 0)
		die(EX_BROKEN, "out of memory");
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		set_error(r, "no result");
		return;
	}
	o = result_read(path, &error);
	if (!o) {
		set_error(r, error);
		return;
	}
	const char *its = json_string_value(json_object_get(o, "identity"));
	const char *called = json_string_value(json_object_get(o, "name"));
	if (strcmp(called, name) != 0) {
		set_error(r, "no result: the one in its folder is another "
			     "variant's");
		json_decref(o);
	} else if (*identity && (!its || strcmp(its, identity) != 0)) {
		set_error(r, "no result: the one there is was made from other "
			     "inputs");
		json_decref(o);
	} else {
		take(reading, r, path, o);
	}
}

static void check_line(const char *variants, size_t number, const char *line)
{
	auto_free char *shown = clean(line);
	struct variant_name name;
	struct why why;

	if (variant_name_parse(line, strlen(line), &name, &why) < 0)
		die(EX_USAGE, "%s:%zu: '%.200s' is no variant's name: %s",
		    variants, number, shown, why.text);
}

static void read_list(const struct reading *reading, const char *folder,
		      const char *variants)
{
	auto_free char *text = NULL;
	int r = file_read_at(AT_FDCWD, variants, VARIANTS_BYTES_MAX, &text);
	size_t number = 1;

	if (r < 0)
		die(EX_USAGE, "cannot read '%s': %s", variants, strerror(-r));
	if (strlen(text) != (size_t)r)
		die(EX_USAGE, "'%s' has a NUL byte: this is no text file",
		    variants);
	for (char *line = text; *line; number++) {
		size_t len = strcspn(line, "\n");
		bool last = line[len] == '\0';
		char *blank;

		line[len] = '\0';
		blank = strchr(line, ' ');
		if (blank)
			*blank = '\0';
		if (*line) {
			check_line(variants, number, line);
			read_listed(reading, folder, line,
				    blank ? blank + 1 : "");
		}
		line += len + !last;
	}
}

static void read_found(const struct reading *reading, const char *path)
{
	auto_free char *error = NULL;
	json_t *o = result_read(path, &error);

	/* Another run of its variant removes it, at any time. */
	if (!o && errno == ENOENT)
		return;
	if (!o) {
		set_error(add(reading->all, path), error);
		return;
	}
	const char *name = json_string_value(json_object_get(o, "name"));
	take(reading, add(reading->all, name), path, o);
}

/* What is gone while tests run is not there. */
static int find_result(const char *path, enum walk_found what, off_t bytes,
		       void *arg, struct why *reterr_why)
{
	const char *name = strrchr(path, '/');

	(void)bytes;
	(void)reterr_why;
	if (what == WALK_FILE && name && strcmp(name, "/result.json") == 0)
		read_found(arg, path);
	return 0;
}

static void read_results(const struct reading *reading, const char *folder,
			 const char *variants)
{
	struct results *all = reading->all;
	struct why why = { 0 };

	*all = (struct results){ 0 };
	if (variants) {
		read_list(reading, folder, variants);
	} else {
		int r = walk_folder(folder, find_result, (void *)reading, &why);
		if (r < 0)
			die(why_code(r, EX_USAGE), "%s", why.text);
	}
	for (size_t i = 0; i < all->count; i++)
		all->tally[all->item[i].verdict]++;
}

void results_read(const char *folder, const char *variants, bool brief,
		  struct results *ret)
{
	read_results(&(struct reading){ .all = ret, .brief = brief }, folder,
		     variants);
}

void results_read_each(const char *folder, results_take *each, void *arg,
		       struct results *ret)
{
	read_results(&(struct reading){ .all = ret, .take = each, .arg = arg },
		     folder, NULL);
}

void results_done(struct results *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct result *r = &all->item[i];

		free(r->name);
		for (size_t j = 0; j < PARTS; j++)
			free(r->part[j]);
		free(r->class);
		free(r->rerun);
		free(r->repro);
		words_free(r->reason);
		free(r->path);
	}
	free(all->item);
	*all = (struct results){ 0 };
}

json_t *result_load(const struct result *r)
{
	auto_free char *error = NULL;

	json_t *o = r->path ? result_read(r->path, &error) : NULL;

	/* It could be read before. */
	if (r->path && !o && errno != ENOENT)
		die(EX_BROKEN, "%s", error);
	return o;
}
