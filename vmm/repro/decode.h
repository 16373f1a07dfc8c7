/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode.h - numbers of a record as people read them. */
#pragma once

#include <stddef.h>

#include "tools/lib/str.h"
#include "vmm/repro/plan.h"

/**
 * repro_decode() - a value in words
 * @v:    what it is
 * @data: @size bytes of it, of which the type takes its own
 *
 * An enumeration's name where it has one, flags as "A|B|0x10", CPUs as a list,
 * a queue as SCX_DSQ_LOCAL_ON|3, text in quotes without control characters; all
 * else as the type has it.
 */
void repro_decode(const struct repro_plan *p, const struct repro_value *v,
		  const void *data, size_t size, struct str *out);

/**
 * repro_decode_call() - "ops.enqueue(p=busy[71], enq_flags=SCX_ENQ_WAKEUP)"
 *
 * Of a return also " = RESULT". A task is told by name and number where these
 * are among the pieces.
 */
void repro_decode_call(const struct repro_plan *p, const struct repro_record *r,
		       struct str *out);

/* Pieces, "p->scx.slice 20000000, ...", without those that the call tells; of
 * those that differ from @before, if that is not NULL, "before -> after", and
 * no others. */
void repro_decode_pieces(const struct repro_plan *p,
			 const struct repro_record *r,
			 const struct repro_record *before, struct str *out);

/* Is task @pid an argument of the call? */
bool repro_has_task(const struct repro_plan *p, const struct repro_record *r,
		    uint32_t pid);
