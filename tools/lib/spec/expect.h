/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expect.h - "expect =": how a run must end to pass. */
#pragma once

#include <stdbool.h>

#include "tools/lib/spec/checks.h"

/**
 * struct expectation - "pass", or "fail CLASS [CHECK]"
 * @class: one of expect_classes, NULL: the run shall pass
 * @has_check, @check: of class check-failed: this one fails, and no other
 */
struct expectation {
	const char *class;
	bool has_check;
	enum check_kind check;
};

/* The classes of failures, in the order of the manual, then NULL. How a
 * machine breaks is not among them: that tests nothing. */
extern const char *const expect_classes[];

/* Can only a loaded scheduler fail so? */
bool expect_is_of_scheduler(const char *class);

/**
 * expect_read() - the value of "expect"
 * @ret: left alone after a complaint
 *
 * Return: 0 or -ENOMEM.
 */
int expect_read(const struct conf_entry *e, struct diag *d,
		struct expectation *ret);
