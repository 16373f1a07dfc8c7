/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/glob.h"
#include "tools/gauntlet/request.h"
#include "tools/lib/str.h"
#include "tools/lib/words.h"

/* So many files that are no results are told one by one. */
#define WARNINGS_MAX 5

/* Add what @from has to @to, and what its objects have as "KEY.NAME". */
static void flatten(json_t *to, json_t *from)
{
	json_t *value, *inner;
	const char *key, *name;

	json_object_foreach(from, key, value)
	{
		if (!json_is_object(value)) {
			json_object_set(to, key, value);
			continue;
		}
		json_object_foreach(value, name, inner)
		{
			auto_str struct str path = { 0 };

			str_addf(&path, "%s.%s", key, name);
			json_object_set(to, str_text(&path), inner);
		}
	}
}

static json_t *host_of(const json_t *o)
{
	const json_t *host = json_object_get(o, "host");
	json_t *all = must(json_object());

	json_object_set(all, "kernel", json_object_get(host, "kernel"));
	json_object_set(all, "cpus", json_object_get(host, "cpus"));
	flatten(all, json_object_get(host, "system"));
	return all;
}

static void take(void *arg, size_t index, const json_t *o)
{
	struct samples *s = arg;
	struct sample *one;
	const json_t *seed = json_object_get(o, "seed");

	s->item = must(reallocarray(s->item, s->count + 1, sizeof(*s->item)));
	one = &s->item[s->count++];
	*one = (struct sample){
		.at = index,
		.inputs = json_incref(json_object_get(o, "inputs")),
		.host = host_of(o),
		.seed = (uint64_t)json_integer_value(seed),
	};
	dims_read(o, &one->dims);
	metrics_read(s->metrics, o, &one->values);
}

/* Results that could not be read have no file of their own. */
static void warn_of_others(const struct results *all)
{
	size_t n = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct result *r = &all->item[i];

		if (r->path)
			continue;
		if (n++ < WARNINGS_MAX)
			warn("%s, leaving it out", r->reason[0]);
	}
	if (n > WARNINGS_MAX)
		warn("%zu more files are no results, leaving them out",
		     n - WARNINGS_MAX);
}

void samples_read(const char *folder, struct metrics *metrics,
		  struct samples *ret)
{
	*ret = (struct samples){ .folder = folder, .metrics = metrics };
	results_read_each(folder, take, ret, &ret->results);
	warn_of_others(&ret->results);
	if (!ret->count)
		die(EX_USAGE, "there is no result in '%s'", folder);
}

static void free_one(struct sample *one)
{
	dims_done(&one->dims);
	values_done(&one->values);
	json_decref(one->inputs);
	json_decref(one->host);
	free(one->key);
}

void samples_filter(struct samples *s, const struct filter *f,
		    char *const *test)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct sample *one = &s->item[i];
		const char *name = sample_result(s, one)->part[PART_TEST];

		if (filter_matches(f, &one->dims) &&
		    (!test || glob_matches(test, name)))
			s->item[n++] = *one;
		else
			free_one(one);
	}
	s->count = n;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **samples_values(const struct samples *s, enum dim dim)
{
	const char **seen = must(calloc(s->count + 1, sizeof(*seen)));
	char **list = NULL;

	for (size_t i = 0; i < s->count; i++)
		seen[i] = s->item[i].dims.value[dim];
	qsort(seen, s->count, sizeof(*seen), by_text);
	for (size_t i = 0; i < s->count; i++) {
		if (i > 0 && strcmp(seen[i], seen[i - 1]) == 0)
			continue;
		if (words_append(&list, seen[i]) < 0)
			die(EX_BROKEN, "out of memory");
	}
	free(seen);
	return list;
}

void samples_done(struct samples *s)
{
	for (size_t i = 0; i < s->count; i++)
		free_one(&s->item[i]);
	free(s->item);
	results_done(&s->results);
	*s = (struct samples){ 0 };
}
