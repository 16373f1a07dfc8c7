/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-expect.h - a test that wants its run to fail. */
#pragma once

#include "tools/vm/judge.h"

/**
 * judge_expected() - the last word of a judgement: is it what the test expects?
 *
 * Nothing where the test expects a pass. Else a failure of the class that is
 * expected, and of no other check than that which is named, is a pass and keeps
 * class and reasons; a pass, and any other failure, is a failure and says what
 * was expected. What is neither pass nor failure stays what it is.
 */
void judge_expected(const struct expectation *x, struct judgement *j);
