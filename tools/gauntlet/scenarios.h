/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scenarios.h - what each canned scenario is, and what it needs. */
#pragma once

#include "tools/gauntlet/request.h"

/**
 * scenarios_list() - one line for each: name, category, needs, description
 *
 * A scenario's category is the folder that its file stands in. Without operands
 * all that were installed beside this program are listed, but for those that
 * are links: other names of the same.
 *
 * Return: EX_PASS; ends the program for files that cannot be read or are wrong.
 */
int scenarios_list(const struct request *req);
