/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/plan-words.h"

#include <string.h>

#include "tools/lib/words.h"

void plan_check_folder(const char *path)
{
	static const char bad[] = "%:\\*?[];|&=~<>\"'`\n\t";
	size_t at = strcspn(path, bad);

	if (!*path)
		die(EX_USAGE, "--out: the folder has no name");
	if (path[at])
		die(EX_USAGE,
		    "--out: make cannot have a target in '%s', because of the "
		    "character '%c'",
		    path, path[at] < ' ' ? '?' : path[at]);
}

void plan_add_target(struct str *out, const char *name)
{
	for (; *name; name++) {
		if (*name == ' ' || *name == '#')
			str_add(out, "\\");
		if (*name == '$')
			str_add(out, "$");
		str_add_bytes(out, name, 1);
	}
}

void plan_add_word(struct str *out, const char *word)
{
	auto_str struct str quoted = { 0 };

	if (strchr(word, '\n'))
		die(EX_USAGE, "'%s' has a line break, which make cannot hold",
		    word);
	words_quote(&quoted, word);
	str_add(out, " ");
	for (const char *p = str_text(&quoted); *p; p++) {
		if (*p == '$')
			str_add(out, "$");
		str_add_bytes(out, p, 1);
	}
}

void plan_add_option(struct str *out, const char *name, const char *value)
{
	plan_add_word(out, name);
	plan_add_word(out, value);
}

void plan_add_words(struct str *out, char *const *words)
{
	for (; *words; words++)
		plan_add_word(out, *words);
}
