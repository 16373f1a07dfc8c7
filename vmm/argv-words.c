/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv-words.c - the words of a command line, added one by one. */
#include <stdarg.h>
#include <stdio.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "tools/lib/words.h"
#include "vmm/argv.h"

void argv_add(struct argv *a, const char *word)
{
	if (words_append(&a->words, word) < 0)
		a->failed = true;
}

void argv_addf(struct argv *a, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text))
		a->failed = true;
	else
		argv_add(a, text);
}

void argv_add_path(struct argv *a, const char *option, const char *prefix,
		   const char *path)
{
	auto_str struct str value = { 0 };

	str_add(&value, prefix);
	for (; *path; path++) {
		str_add_bytes(&value, path, 1);
		if (*path == ',')
			str_add(&value, ",");
	}
	argv_add(a, option);
	if (value.failed)
		a->failed = true;
	else
		argv_add(a, str_text(&value));
}
