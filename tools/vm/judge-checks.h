/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-checks.h - the checks of a run that came to its end. */
#pragma once

#include "tools/vm/judge.h"

/* Judge every check that is on; fills checks, reasons, verdict and class. */
void judge_checks(const struct evidence *e, struct judgement *j);

/* Set verdict and class. */
void judge_decide(struct judgement *j, enum verdict v, const char *class);
/* Add one reason: a line a person can act on. */
void judge_reason(struct judgement *j, const char *fmt, ...) KTSTR_PRINTF(2, 3);

/* Real clock: did the host withhold so much that nothing late counts? */
bool judge_host_was_busy(const struct evidence *e);
