/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/inputs.h"

#include <stdio.h>
#include <string.h>

#include "tools/lib/file.h"
#include "tools/lib/words.h"

#define BETWEEN " = "

/* A line "NAME = VALUE"; false behind the last. A line of another form has its
 * whole text as the name. */
struct line {
	const char *name, *value;
	size_t name_len, value_len;
};

static bool next_line(const char **at, struct line *ret)
{
	const char *end, *between;

	if (!**at)
		return false;
	end = *at + strcspn(*at, "\n");
	between = strstr(*at, BETWEEN);
	if (!between || between > end)
		between = NULL;
	ret->name = *at;
	ret->name_len = (size_t)((between ?: end) - *at);
	ret->value = between ? between + strlen(BETWEEN) : end;
	ret->value_len = (size_t)(end - ret->value);
	*at = *end ? end + 1 : end;
	return true;
}

static bool find(const char *text, const struct line *want, struct line *ret)
{
	while (next_line(&text, ret)) {
		if (ret->name_len == want->name_len &&
		    memcmp(ret->name, want->name, want->name_len) == 0)
			return true;
	}
	return false;
}

static void add_change(struct str *out, const struct line *l, const char *what)
{
	str_add(out, out->len ? ", " : "");
	str_add_bytes(out, l->name, l->name_len);
	str_addf(out, " %s", what);
}

void inputs_changes(const char *before, const char *now, struct str *out)
{
	struct line line, other;

	for (const char *at = now; next_line(&at, &line);) {
		if (!find(before, &line, &other))
			add_change(out, &line, "is new");
		else if (line.value_len != other.value_len ||
			 memcmp(line.value, other.value, line.value_len) != 0)
			add_change(out, &line, "changed");
	}
	for (const char *at = before; next_line(&at, &line);) {
		if (!find(now, &line, &other))
			add_change(out, &line, "is gone");
	}
}

/* The word "NAME=...", or NULL. */
static const char *planned(char *const *words, const char *name)
{
	size_t len = strlen(name);

	for (; words && *words; words++) {
		if (strncmp(*words, name, len) == 0 && (*words)[len] == '=')
			return *words + len + 1;
	}
	return NULL;
}

void inputs_other(const json_t *ran, char *const *words, struct str *out)
{
	static const char *const names[] = { "test", "declaration", "scheduler",
					     "init" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *its =
			json_string_value(json_object_get(ran, names[i]));
		const char *wanted = planned(words, names[i]);

		/* The plan has the beginning of the hash. */
		if (its && wanted && strncmp(its, wanted, strlen(wanted)) != 0)
			str_addf(out, "%s%s", out->len ? ", " : "", names[i]);
	}
}

void inputs_words(const char *text, struct str *out)
{
	struct line line;

	while (next_line(&text, &line)) {
		auto_str struct str word = { 0 };

		str_add_bytes(&word, line.name, line.name_len);
		str_add(&word, "=");
		str_add_bytes(&word, line.value, line.value_len);
		str_add(out, out->len ? " " : "");
		words_quote(out, str_text(&word));
		out->failed |= word.failed;
	}
}

void inputs_keep(const char *folder, char *const *words)
{
	auto_str struct str path = { 0 }, text = { 0 };
	struct why why;

	for (; *words; words++) {
		size_t len = strcspn(*words, "=");

		str_add_bytes(&text, *words, len);
		str_addf(&text, BETWEEN "%s\n",
			 (*words)[len] ? *words + len + 1 : "");
	}
	str_addf(&path, "%s/" INPUTS_FILE, folder);
	if (path.failed || text.failed)
		die(EX_BROKEN, "out of memory");
	if (file_publish(str_text(&path), str_text(&text), text.len, 0666,
			 &why) < 0)
		die(EX_BROKEN, "%s", why.text);
}
