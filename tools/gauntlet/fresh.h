/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fresh.h - why a variant has to run. */
#pragma once

#include "tools/lib/str.h"

/**
 * fresh_why() - the cause, as a part of a sentence
 * @folder:   of the variant
 * @identity: of now
 * @inputs:   of now, see identity_of()
 * @out:      gets "first time", which inputs changed, what the last verdict
 *	      was, or what became of the last run
 */
void fresh_why(const char *folder, const char *identity, const char *inputs,
	       struct str *out);
