/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-workers.h - did the workers do what the test asked of them? */
#pragma once

#include "tools/vm/judge.h"

/**
 * judge_workers() - give the reasons of workers that could not go on
 *
 * A program that ended before the stop is one. That is a failure without any
 * check, and a test that expects a failure does not mean this one.
 *
 * Return: true if there are such.
 */
bool judge_workers(const struct evidence *e, struct judgement *j);
