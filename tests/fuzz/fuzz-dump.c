/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a guest sends as a dump of sched_ext must become a tree that can be
 * written, from the tracepoint and from a program's output alike.
 */
#include <stdint.h>
#include <stdlib.h>

#include "tools/vm/dump-read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct facts f = { 0 };
	struct str text = { 0 };
	json_t *all;
	char *out;

	str_add_bytes(&f.dump, (const char *)data, size);
	str_add_bytes(&f.log, (const char *)data, size);
	all = dumps_read(&f);
	out = json_dumps(all, JSON_ENSURE_ASCII);
	if (!json_is_array(all) || !out)
		abort();
	(void)dumps_task(all, "a[1]");
	dumps_text(&f, &text);
	free(out);
	json_decref(all);
	str_done(&text);
	str_done(&f.dump);
	str_done(&f.log);
	return 0;
}
