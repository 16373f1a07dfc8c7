/* SPDX-License-Identifier: GPL-2.0-or-later */
/* template-files.h - the files of a template, written to a folder. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "tools/lib/why.h"

/**
 * template_write() - write one file of a template, and wait for the disk
 * @folder: open folder
 * @from:   file in memory
 * @files:  object to which {"NAME": {"size", "sha256"}} is added
 * @is_memory: it is hashed as by template_hash_memory()
 *
 * Pages of zeros become holes. Return: 0 or -errno with @reterr_why.
 */
int template_write(int folder, const char *name, int from, json_t *files,
		   bool is_memory, struct why *reterr_why);
