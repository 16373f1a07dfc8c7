/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/switching.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/program.h"
#include "tools/lib/spec/read.h"
#include "tools/lib/spec/work.h"
#include "tools/lib/words.h"

/* How many words of "echo TEXT... > PATH" stand before its ">", which may be
 * one with PATH; 0: it is another command. */
static size_t words_to_write(char *const *words, const char **ret_path)
{
	size_t n = words_count(words);
	const char *last = n ? words[n - 1] : "";

	if (!n || strcmp(words[0], "echo") != 0)
		return 0;
	if (*last == '>' && last[1] == '/') {
		*ret_path = last + 1;
		return n - 1;
	}
	*ret_path = last;
	return n > 2 && *last == '/' && strcmp(words[n - 2], ">") == 0 ? n - 2
								       : 0;
}

bool switching_is_write(char *const *words, struct str *ret_text,
			const char **ret_path)
{
	const char *path;
	size_t n = words_to_write(words, &path);

	if (n < 2)
		return false;
	for (size_t i = 1; ret_text && i < n; i++)
		str_addf(ret_text, "%s%s", i > 1 ? " " : "", words[i]);
	if (ret_text)
		str_add(ret_text, "\n");
	if (ret_path)
		*ret_path = path;
	return true;
}

/* The first word that only a shell would understand, or NULL. */
static const char *shell_word(char *const *words, size_t count)
{
	static const char *const operators[] = { ">",  ">>", "<", "|",	"||",
						 "&&", "&",  ";", "2>", NULL };

	for (size_t i = 0; i < count; i++) {
		for (const char *const *o = operators; *o; o++) {
			if (strcmp(words[i], *o) == 0)
				return *o;
		}
	}
	return NULL;
}

static void check(char *const *words, const struct conf_entry *e,
		  struct diag *d)
{
	const char *path, *operator;
	size_t n = words_to_write(words, &path);

	operator= shell_word(words, n > 1 ? n : words_count(words));

	if (operator)
		diag_add(d, &e->at_value,
			 "'%s' is for a shell, and there is none: write 'echo "
			 "TEXT > /PATH', or a program and its words",
			 operator);
}

int switching_read(const struct conf_entry *e, struct diag *d,
		   struct switching *s)
{
	auto_words char **words = NULL;
	unsigned int before = d->count;
	struct switching_command *grown;
	int r = read_args(e, d, &words);

	if (r < 0)
		return r;
	if ((!words || !**words) && d->count == before)
		diag_add(d, &e->at_key, "'%s' needs a command", e->key);
	if (!words || !**words)
		return 0;
	check(words, e, d);
	grown = reallocarray(s->item, s->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->item = grown;
	grown[s->count++] =
		(struct switching_command){ .words = take_ptr(words),
					    .at = e->at_value };
	return 0;
}

void switching_done(struct switching *s)
{
	for (size_t i = 0; i < s->count; i++)
		words_free(s->item[i].words);
	free(s->item);
	*s = (struct switching){ 0 };
}

void switching_guest(char *const *words, struct str *ret)
{
	const struct work w = { .program = (char **)words };

	work_program_guest(&w, ret);
}

void switching_check(const struct switching *s, struct diag *d)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct switching_command *c = &s->item[i];
		auto_free char *path = NULL;

		if (switching_is_write(c->words, NULL, NULL))
			continue;
		path = program_find(c->words[0]);
		if (!path && !strchr(c->words[0], '/'))
			diag_add(d, &c->at, "'%s' is not in PATH", c->words[0]);
		else if (!path)
			diag_add(d, &c->at, "cannot run '%s': %s", c->words[0],
				 strerror(errno));
	}
}
