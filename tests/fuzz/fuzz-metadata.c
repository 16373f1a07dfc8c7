/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text must be taken for the metadata of an entry, or be called corrupt in
 * one clean line. What is taken has all fields, and names no file outside.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cache/store/describe.h"
#include "tools/cache/store/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An absolute path, or one with a part "..". */
static bool is_outside(const char *name)
{
	if (*name == '/')
		return true;
	for (; *name; name += *name == '/') {
		size_t n = strcspn(name, "/");

		if (n == 2 && memcmp(name, "..", 2) == 0)
			return true;
		name += n;
	}
	return false;
}

static void check_valid(const struct entry *e)
{
	json_t *files = json_object_get(e->meta, "files"), *file, *all;
	const char *name;

	json_object_foreach(files, name, file)
	{
		if (is_outside(name))
			abort();
	}
	if (strcmp(entry_text(e, "key"), e->key) != 0 ||
	    !*entry_text(e, "label") || !*entry_text(e, "built_at") ||
	    strchr(entry_text(e, "image_name"), '/'))
		abort();
	all = describe_entry("/nonexistent", e, "");
	if (!all)
		abort();
	json_decref(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_entry struct entry e = { .key = strdup("one"),
				      .path = strdup("/nonexistent/one") };

	if (!e.key || !e.path)
		return 0;
	entry_parse(&e, (const char *)data, size);
	if (!e.error_kind)
		check_valid(&e);
	else if (!*e.error.text || strpbrk(e.error.text, "\n\033"))
		abort();
	return 0;
}
