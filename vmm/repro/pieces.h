/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pieces.h - what of an argument is kept: a part of plan.c. */
#pragma once

#include "vmm/repro/plan.h"

/**
 * repro_pieces_add() - the pieces behind argument @arg of function @i
 *
 * Of a pointer to a structure that schedulers have to do with, chosen members;
 * of another one up to REPRO_SCALARS_MAX numbers from its begin; of a pointer
 * to characters text. What is no such pointer, or for what there is no room,
 * has none.
 */
void repro_pieces_add(struct repro_plan *p, unsigned int i, unsigned int arg);

/* Members of structures that nobody chose. */
#define REPRO_SCALARS_MAX 6

/* The name of the structure that a type points to, past const and typedef; NULL
 * if it is no such pointer. To @ret_id, if not NULL, the structure. */
const char *repro_pointed(const struct btf *btf, uint32_t type,
			  uint32_t *ret_id);

/* By what a number is called: as "enq_flags", "dsq_id". */
enum repro_form repro_form_of(const char *name);
