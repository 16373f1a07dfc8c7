/* SPDX-License-Identifier: GPL-2.0-or-later */
/* level.h - how thoroughly what can be combined is combined. */
#pragma once

/**
 * enum level - of select, and of the profiles of list and plan
 * @LEVEL_NONE:     not said
 * @LEVEL_SMOKE:    each value once
 * @LEVEL_PAIRWISE: each two values together once
 * @LEVEL_THREE_WAY: each three values together once
 * @LEVEL_FULL:     all that there is
 */
enum level {
	LEVEL_NONE,
	LEVEL_SMOKE,
	LEVEL_PAIRWISE,
	LEVEL_THREE_WAY,
	LEVEL_FULL
};

/* What --level says; ends the program (EX_USAGE) for what is none. */
enum level level_read(const char *text);
