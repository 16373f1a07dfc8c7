/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-maps.h - values that were read from maps of the scheduler. */
#pragma once

#include "tools/vm/judge.h"

/* Was each within the bounds that the test gives it? Else it fails, as by a
 * check. */
void judge_maps(const struct evidence *e, struct judgement *j);
