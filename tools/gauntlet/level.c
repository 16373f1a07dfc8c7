/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/level.h"

#include <stddef.h>
#include <string.h>

#include "tools/lib/msg.h"
#include "tools/lib/spec/diag.h"

enum level level_read(const char *text)
{
	static const char *const names[] = { "smoke", "pairwise", "three-way",
					     "full", NULL };
	const char *near = diag_nearest(text, names);

	for (int i = 0; names[i]; i++) {
		if (strcmp(text, names[i]) == 0)
			return (enum level)(LEVEL_SMOKE + i);
	}
	die(EX_USAGE,
	    "--level: '%s' is none of smoke, pairwise, three-way and full%s%s%s",
	    text, near ? ", did you mean '" : "", near ? near : "",
	    near ? "'?" : "");
}
