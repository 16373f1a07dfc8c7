/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-payloads.h - how payloads ended, and their numbers. */
#pragma once

#include "tools/vm/judge.h"

/*
 * A payload that was not killed by an op must end by itself, with its status,
 * before its time-out; then each metric must be there and within its bounds.
 * Bounds are timing checks: under the real clock one that is crossed while the
 * host was busy is inconclusive.
 */
void judge_payloads(const struct evidence *e, struct judgement *j);
