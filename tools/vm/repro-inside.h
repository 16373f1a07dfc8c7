/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repro-inside.h - the guest's init watches, under the real clock. */
#pragma once

#include "tools/vm/repro-story.h"
#include "vmm/archive.h"

/* Ask for it with @job; @text is part of it, and the caller's. Return: 0 or
 * -ENOMEM. */
int repro_inside_ask(struct repro_plan *p, struct job *job, struct str *text);

/**
 * repro_inside_take() - what the guest sent of it
 * @f: of that run; @s->record is part of it
 * @p: gets a line in @p->left_out for each function that was not watched
 * @s: gets records, what was lost, and how it was watched
 *
 * A guest that died sends no records, which is told.
 *
 * Return: 0, or -EBADMSG: it sent records of functions that @p has not.
 */
int repro_inside_take(const struct facts *f, struct repro_plan *p,
		      struct repro_story *s, struct why *reterr_why);
