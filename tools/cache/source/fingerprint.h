/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fingerprint.h - name the content of some files in a folder. */
#pragma once

#include "tools/cache/source/paths.h"
#include "tools/lib/hash.h"
#include "tools/lib/why.h"

/**
 * fingerprint_files() - SHA-256 over names, kinds, x bits and contents
 * @top:   the folder
 * @paths: below it, sorted; one that is not there counts too
 *
 * All CPUs read them. Return: 0, or -errno with a sentence.
 */
int fingerprint_files(int top, const struct paths *paths,
		      char ret[HASH_HEX_SIZE], struct why *reterr_why);
