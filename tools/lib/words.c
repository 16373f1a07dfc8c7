/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"

void words_free(char **words)
{
	for (char **w = words; w && *w; w++)
		free(*w);
	free(words);
}

size_t words_count(char *const *words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	return n;
}

bool words_have(char *const *words, const char *word)
{
	for (; words && *words; words++) {
		if (strcmp(*words, word) == 0)
			return true;
	}
	return false;
}

int words_append(char ***words, const char *word)
{
	size_t n = words_count(*words);
	char **grown = reallocarray(*words, n + 2, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	*words = grown;
	grown[n + 1] = NULL;
	grown[n] = strdup(word);
	return grown[n] ? 0 : -ENOMEM;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Read the quoted text at *p, which is the opening quote. */
static int read_quoted(const char **p, struct str *word)
{
	char quote = *(*p)++;

	for (; **p != quote; (*p)++) {
		if (**p == '\0')
			return -EINVAL;
		/* Within double quotes sh knows only these four escapes. */
		if (quote == '"' && **p == '\\' && (*p)[1] != '\0' &&
		    strchr("\"\\$`", (*p)[1]))
			(*p)++;
		str_add_bytes(word, *p, 1);
	}
	(*p)++;
	return 0;
}

/* Read one word at *p, which is no blank, and move *p past it. */
static int read_word(const char **p, struct str *word, const char **reterr)
{
	while (**p && !is_blank(**p)) {
		if (**p == '\'' || **p == '"') {
			const char *open = *p;

			if (read_quoted(p, word) < 0) {
				*reterr = open;
				return -EINVAL;
			}
			continue;
		}
		if (**p == '\\') {
			if ((*p)[1] == '\0') {
				*reterr = *p;
				return -EINVAL;
			}
			(*p)++;
		}
		str_add_bytes(word, (*p)++, 1);
	}
	return 0;
}

int words_split(const char *text, char ***ret, size_t *reterr_at)
{
	auto_words char **words = calloc(1, sizeof(*words));
	const char *p = text, *bad = text;
	int n = 0;

	if (!words)
		return -ENOMEM;
	for (;;) {
		auto_str struct str word = { 0 };
		auto_free char *copy = NULL;

		while (is_blank(*p))
			p++;
		if (*p == '\0')
			break;
		if (read_word(&p, &word, &bad) < 0) {
			*reterr_at = (size_t)(bad - text);
			return -EINVAL;
		}
		copy = str_take(&word);
		if (!copy || words_append(&words, copy) < 0)
			return -ENOMEM;
		n++;
	}
	*ret = take_ptr(words);
	return n;
}

void words_quote(struct str *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=./:,@%";

	if (*word && word[strspn(word, plain)] == '\0') {
		str_add(out, word);
		return;
	}
	str_add(out, "'");
	for (; *word; word++) {
		if (*word == '\'')
			str_add(out, "'\\''");
		else
			str_add_bytes(out, word, 1);
	}
	str_add(out, "'");
}
