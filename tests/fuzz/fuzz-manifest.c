/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text that a remote store has for the metadata of an entry must be that
 * entry, with files that stay in its folder and texts of one line, or be
 * refused.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cache/remote/manifest.h"

#define KEY "one"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			abort();
}

static void check_entry(const struct entry *e)
{
	json_t *files = json_object_get(e->meta, "files"), *value;
	const char *name;

	if (strcmp(entry_text(e, "key"), KEY) != 0 || !json_is_object(files))
		abort();
	json_object_foreach(files, name, value)
	{
		check_text(name);
		if (!*name || *name == '/' || *name == '.' ||
		    strstr(name, "/.") || strstr(name, "//"))
			abort();
		/* A folder of its own is where programs are. */
		if (strchr(name, '/') && strncmp(name, "bpf/", 4) != 0)
			abort();
	}
	json_object_foreach(e->meta, name, value)
	{
		check_text(name);
		if (json_is_string(value))
			check_text(json_string_value(value));
	}
	(void)manifest_has_programs(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_entry struct entry e = { 0 };
	struct why why = { .text = "" };
	int r = manifest_check((const char *)data, size, KEY, &e, &why);

	if (r == 0)
		check_entry(&e);
	else if ((r != -EBADMSG && r != -ENOMEM) || !*why.text ||
		 strpbrk(why.text, "\n\033"))
		abort();
	return 0;
}
