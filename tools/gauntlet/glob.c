/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/glob.h"

#include <fnmatch.h>
#include <stddef.h>

bool glob_matches(char *const *globs, const char *text)
{
	for (; globs && *globs; globs++) {
		if (fnmatch(*globs, text, 0) == 0)
			return true;
	}
	return false;
}
