/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap.h - functions that stand in front of libc's and may fail. */
#pragma once

#include "tests/failures/real.h"
#include "tests/failures/run.h"

/*
 * $(WRAP)(TYPE, NAME, CALL, WHAT IT RETURNS IF IT FAILS, PARAMETERS,
 * ARGUMENTS): NAME() fails as a CALL of calls.h. WRAP_NEW() for what headers do
 * not declare, as what fortified programs call, and names that end in 64.
 */
#define WRAP(type, name, call, failed, params, args)                           \
	PUBLIC type name params                                                \
	{                                                                      \
		return run_fails(FAIL_##call) ? (failed) : REAL(name) args;    \
	}
#define WRAP_NEW(type, name, call, failed, params, args)                       \
	PUBLIC type name params;                                               \
	WRAP(type, name, call, failed, params, args)

/* The same of what moves @len bytes. */
#define WRAP_MOVE(type, name, call, params, args)                              \
	PUBLIC type name params                                                \
	{                                                                      \
		if (run_fails(FAIL_##call))                                    \
			return -1;                                             \
		len = run_moves(FAIL_##call, len);                             \
		return REAL(name) args;                                        \
	}
#define WRAP_MOVE_NEW(type, name, call, params, args)                          \
	PUBLIC type name params;                                               \
	WRAP_MOVE(type, name, call, params, args)
