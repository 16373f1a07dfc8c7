/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list.h - what "ktstr-gauntlet list" prints instead of variants. */
#pragma once

#include "tools/gauntlet/request.h"

/**
 * list_why() - each test on each preset: is it run there, and why not?
 *
 * Return: EX_PASS; ends the program (EX_USAGE) when --why names nothing.
 */
int list_why(const struct request *req);
