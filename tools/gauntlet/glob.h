/* SPDX-License-Identifier: GPL-2.0-or-later */
/* glob.h - shell patterns given on the command line. */
#pragma once

#include <stdbool.h>

/* Does a pattern of the NULL-terminated @globs match? False for NULL. */
bool glob_matches(char *const *globs, const char *text);
