/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare-host.c - what ran both sides, and was not the same. */
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/compare.h"
#include "tools/gauntlet/request.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/utf8.h"

#define NAME_MAX_CHARS	60
#define VALUE_MAX_CHARS 100
/* Of long values that begin alike so many bytes before the first difference are
 * shown. */
#define ALIKE_SHOWN 20

/* Under the real clock these make other figures. */
static const char *const decisive[] = {
	"machine", "arch", "cpu_model",	  "virtualised",
	"kernel",  "cpus", "governor",	  "allowed_cpus",
	"boost",   "smt",  "cgroup_cpus", NULL,
};

static bool is_decisive(const char *name)
{
	const char *const *known = decisive;

	while (*known && strcmp(*known, name) != 0)
		known++;
	return *known;
}

/* A value as one clean line; a file may hold anything. */
static void add_value(struct str *out, const json_t *value)
{
	auto_free char *text = NULL;
	const char *line = json_string_value(value);

	if (!line && value && !json_is_null(value)) {
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT |
						 JSON_REAL_PRECISION(6));
		line = text;
	}
	if (!line || !*line)
		line = "unknown";
	utf8_add_line(out, line, strlen(line), 0);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The different values of the runs of one side: "4" or "4, 8"; sorted, since
 * which run was on which host is of no meaning. */
static void add_side(struct str *out, const struct sample **run, size_t count,
		     const char *name)
{
	char **text = must(calloc(count, sizeof(*text)));

	for (size_t i = 0; i < count; i++) {
		struct str one = { 0 };

		add_value(&one, json_object_get(run[i]->host, name));
		text[i] = must(str_take(&one));
	}
	qsort(text, count, sizeof(*text), by_text);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(text[i - 1], text[i]) != 0)
			str_addf(out, "%s%s", i ? ", " : "", text[i]);
	}
	for (size_t i = 0; i < count; i++)
		free(text[i]);
	free(text);
}

/* So many bytes of both can be left out: what a table has room for shows where
 * they differ. */
static size_t alike(const char *a, const char *b)
{
	size_t n = 0, longest = strlen(a);

	if (strlen(b) > longest)
		longest = strlen(b);
	while (a[n] && a[n] == b[n])
		n++;
	if (longest <= VALUE_MAX_CHARS || n <= 2 * ALIKE_SHOWN)
		return 0;
	/* Not in the middle of a character. */
	for (n -= ALIKE_SHOWN; n > 0 && (a[n] & 0xc0) == 0x80;)
		n--;
	return n;
}

static void cut(struct str *s, size_t left_out)
{
	struct str out = { 0 };

	str_add(&out, left_out ? "…" : "");
	utf8_add_line(&out, str_text(s) + left_out, s->len - left_out,
		      VALUE_MAX_CHARS);
	str_done(s);
	*s = out;
}

static void add_difference(struct host_differences *d, const char *name,
			   const char *a, const char *b, bool is_real)
{
	struct str clean = { 0 };
	size_t i = 0;

	utf8_add_line(&clean, name, strlen(name), NAME_MAX_CHARS);
	auto_free char *line = must(str_take(&clean));
	while (i < d->count &&
	       (strcmp(d->item[i].name, line) != 0 ||
		strcmp(d->item[i].a, a) != 0 || strcmp(d->item[i].b, b) != 0))
		i++;
	if (i == d->count) {
		d->item = must(
			reallocarray(d->item, d->count + 1, sizeof(*d->item)));
		d->item[d->count++] = (struct host_difference){
			.name = must(strdup(line)),
			.a = must(strdup(a)),
			.b = must(strdup(b)),
		};
	}
	d->item[i].pairs++;
	d->item[i].is_decisive |= is_real && is_decisive(name);
}

static void compare_name(struct host_differences *d, const struct pair *p,
			 const char *name)
{
	auto_str struct str a = { 0 }, b = { 0 };
	size_t left_out;

	add_side(&a, p->a, p->count_a, name);
	add_side(&b, p->b, p->count_b, name);
	if (a.failed || b.failed)
		die(EX_BROKEN, "out of memory");
	if (strcmp(str_text(&a), str_text(&b)) == 0)
		return;
	left_out = alike(str_text(&a), str_text(&b));
	cut(&a, left_out);
	cut(&b, left_out);
	if (a.failed || b.failed)
		die(EX_BROKEN, "out of memory");
	add_difference(d, name, str_text(&a), str_text(&b), !p->is_virtual);
}

/* Names that A has, then those that B alone has; of one run each, as all hosts
 * are asked the same. */
static void compare_one(struct host_differences *d, const struct pair *p)
{
	json_t *a = p->a[0]->host, *b = p->b[0]->host, *value;
	const char *name;

	json_object_foreach(a, name, value) compare_name(d, p, name);
	json_object_foreach(b, name, value)
	{
		if (!json_object_get(a, name))
			compare_name(d, p, name);
	}
}

void compare_hosts(const struct comparison *c, struct host_differences *ret)
{
	*ret = (struct host_differences){ 0 };
	for (size_t i = 0; i < c->pair_count; i++)
		compare_one(ret, &c->pair[i]);
}

void host_differences_done(struct host_differences *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->item[i].name);
		free(d->item[i].a);
		free(d->item[i].b);
	}
	free(d->item);
	*d = (struct host_differences){ 0 };
}

bool host_differences_note(const struct host_differences *d, struct str *out)
{
	const char *between = "";

	for (size_t i = 0; i < d->count; i++) {
		size_t before = 0;

		if (!d->item[i].is_decisive)
			continue;
		while (strcmp(d->item[before].name, d->item[i].name) != 0 ||
		       !d->item[before].is_decisive)
			before++;
		if (before < i)
			continue;
		if (!*between)
			str_add(out, "under the real clock, on hosts that "
				     "differ in ");
		str_addf(out, "%s%s", between, d->item[i].name);
		between = ", ";
	}
	if (!*between)
		return false;
	str_add(out, ": what is better or worse may be the host's doing");
	return true;
}
