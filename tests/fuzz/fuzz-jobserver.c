/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any MAKEFLAGS has a jobserver or has none, and gets another one. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/jobserver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rewritten(const char *flags)
{
	auto_jobserver_auth struct jobserver_auth auth = { 0 };
	auto_str struct str once = { 0 }, twice = { 0 };

	jobserver_rewrite(&once, flags, 3, 7, 8);
	if (jobserver_parse(str_text(&once), &auth, NULL) < 0 || auth.fifo ||
	    auth.read != 7 || auth.write != 8)
		abort();
	/* What is in it already is not added again. */
	jobserver_rewrite(&twice, str_text(&once), 3, 7, 8);
	if (once.len != twice.len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *flags = strndup((const char *)data, size);
	auto_jobserver_auth struct jobserver_auth auth = { 0 };
	struct why why = { .text = "" };
	int r;

	if (!flags)
		return 0;
	r = jobserver_parse(flags, &auth, &why);
	if (r == 0 && !auth.fifo == (auth.read < 0 || auth.write < 0))
		abort();
	if (r == 0 && !auth.fifo && auth.read == auth.write)
		abort();
	if (r < 0 && !why.text[0])
		abort();
	check_rewritten(flags);
	free(flags);
	return 0;
}
