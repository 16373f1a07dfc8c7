/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scenario-setup.h - all memory of a test, before anything of it starts. */
#pragma once

#include "vmm/guest/scenario.h"

/**
 * scenario_prepare() - fill in groups and workers of @s->test
 *
 * Return: 0, -ENOMEM, or -ENOTSUP for what is not built, and @reterr_why.
 * scenario_free() is needed in each case.
 */
int scenario_prepare(struct scenario *s, struct why *reterr_why);
void scenario_free(struct scenario *s);
