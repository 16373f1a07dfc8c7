/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/dims.h"

#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/glob.h"
#include "tools/gauntlet/request.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "tools/lib/utf8.h"
#include "tools/lib/words.h"

#define VALUE_CHARS_MAX 200

const char *const dim_names[DIMS] = {
	[DIM_KERNEL] = "kernel",
	[DIM_SCHEDULER] = "scheduler",
	[DIM_TOPOLOGY] = "topology",
	[DIM_FLAGS] = "flags",
	[DIM_WORK_TYPE] = "work-type",
	[DIM_PROJECT_COMMIT] = "project-commit",
	[DIM_KERNEL_COMMIT] = "kernel-commit",
	[DIM_RUN_SOURCE] = "run-source",
};

static char *clean(const json_t *value)
{
	const char *text = json_string_value(value);
	struct str line = { 0 };

	if (!text || !*text)
		text = "unknown";
	utf8_add_line(&line, text, strlen(text), VALUE_CHARS_MAX);
	return must(str_take(&line));
}

static void append(char ***list, const json_t *value)
{
	auto_free char *text = clean(value);

	if (!words_have(*list, text) && words_append(list, text) < 0)
		die(EX_BROKEN, "out of memory");
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "a+b", sorted, or @none. */
static char *joined(char **list, const char *none)
{
	struct str line = { 0 };

	if (list)
		qsort(list, words_count(list), sizeof(*list), by_text);
	for (char **word = list; word && *word; word++)
		str_addf(&line, "%s%s", word == list ? "" : "+", *word);
	if (!line.len)
		str_add(&line, none);
	return must(str_take(&line));
}

/* A result of what never became a machine has a profile and no flags. */
static void read_flags(const json_t *o, struct dims *d)
{
	const json_t *flags = json_object_get(o, "flags"), *entry;
	auto_free char *profile = clean(json_object_get(o, "profile"));
	char *rest = profile, *one;
	size_t i;

	json_array_foreach(flags, i, entry) append(&d->flag, entry);
	if (json_is_array(flags) || strcmp(profile, "default") == 0 ||
	    strcmp(profile, "unknown") == 0)
		return;
	while ((one = strsep(&rest, "+"))) {
		if (words_append(&d->flag, one) < 0)
			die(EX_BROKEN, "out of memory");
	}
}

void dims_read(const json_t *o, struct dims *ret)
{
	const json_t *host = json_object_get(o, "host"), *entry;
	const json_t *workers = json_object_get(o, "workers");
	struct dims d = { 0 };
	size_t i;

	read_flags(o, &d);
	json_array_foreach(workers, i, entry)
		append(&d.type, json_object_get(entry, "type"));
	d.value[DIM_KERNEL] = clean(json_object_get(o, "kernel"));
	d.value[DIM_SCHEDULER] = clean(json_object_get(o, "scheduler"));
	d.value[DIM_FLAGS] = joined(d.flag, "default");
	d.value[DIM_WORK_TYPE] = joined(d.type, "unknown");
	d.value[DIM_PROJECT_COMMIT] =
		clean(json_object_get(host, "project_commit"));
	d.value[DIM_KERNEL_COMMIT] = clean(
		json_object_get(json_object_get(o, "inputs"), "kernel_commit"));
	d.value[DIM_RUN_SOURCE] = clean(json_object_get(host, "run_source"));
	d.shape = clean(json_object_get(o, "topology"));
	d.value[DIM_TOPOLOGY] = clean(json_object_get(o, "preset"));
	if (strcmp(d.value[DIM_TOPOLOGY], "own") == 0 &&
	    strcmp(d.shape, "unknown") != 0) {
		free(d.value[DIM_TOPOLOGY]);
		d.value[DIM_TOPOLOGY] = must(strdup(d.shape));
	}
	*ret = d;
}

void dims_done(struct dims *d)
{
	for (size_t i = 0; i < DIMS; i++)
		free(d->value[i]);
	free(d->shape);
	words_free(d->flag);
	words_free(d->type);
	*d = (struct dims){ 0 };
}

static bool is_version_of(char *const *globs, const char *kernel)
{
	for (; globs && *globs; globs++) {
		size_t len = strlen(*globs);

		if (strncmp(*globs, kernel, len) == 0 && kernel[len] == '.')
			return true;
	}
	return false;
}

static bool any_matches(char *const *globs, char *const *list)
{
	for (; list && *list; list++) {
		if (glob_matches(globs, *list))
			return true;
	}
	return false;
}

static bool all_are_on(char *const *wanted, char *const *flags)
{
	for (; *wanted; wanted++) {
		if (!words_have(flags, *wanted))
			return false;
	}
	return true;
}

bool filter_matches(const struct filter *f, const struct dims *d)
{
	for (size_t i = 0; i < DIMS; i++) {
		char *const *globs = f->glob[i];
		bool matches;

		if (!globs)
			continue;
		if (i == DIM_FLAGS)
			matches = all_are_on(globs, d->flag);
		else
			matches = glob_matches(globs, d->value[i]);
		if (i == DIM_KERNEL)
			matches |= is_version_of(globs, d->value[i]);
		if (i == DIM_TOPOLOGY)
			matches |= glob_matches(globs, d->shape);
		if (i == DIM_WORK_TYPE)
			matches |= any_matches(globs, d->type);
		if (!matches)
			return false;
	}
	return true;
}
