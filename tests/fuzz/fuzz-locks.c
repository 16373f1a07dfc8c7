/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/locks: a line means the same whatever stands around it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/holders.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_equal(const struct lock_line *a, const struct lock_line *b)
{
	return a->by_file == b->by_file && a->exclusive == b->exclusive &&
	       a->pid == b->pid && a->major == b->major &&
	       a->minor == b->minor && a->inode == b->inode &&
	       a->first == b->first && a->last == b->last;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text;
	struct lock_table all, one;
	size_t n = 0;

	if (!text || lock_table_parse(text, &all) < 0)
		return 0;
	for (char *line; (line = strsep(&rest, "\n"));) {
		if (lock_table_parse(line, &one) < 0 || one.count > 1)
			abort();
		if (one.count == 1 &&
		    (n >= all.count || !is_equal(&all.line[n], one.line)))
			abort();
		n += one.count;
		lock_table_done(&one);
	}
	if (n != all.count)
		abort();
	lock_table_done(&all);
	free(text);
	return 0;
}
