/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repro-lines.h - source lines in a story. */
#pragma once

#include "tools/vm/repro-story.h"

/**
 * repro_lines_tell() - give a story its source lines
 * @vmlinux: of the kernel
 * @p:       the source of each of the kernel's functions is set, where it is
 *	     known
 * @s:       @s->first is read; @s->way is set. The caller frees it
 */
void repro_lines_tell(const char *vmlinux, struct repro_plan *p,
		      struct repro_story *s);
