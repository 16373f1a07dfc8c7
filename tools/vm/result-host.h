/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result-host.h - the part of a result that may differ between equal runs. */
#pragma once

#include "tools/vm/result.h"

/* The object below "host"; json_decref() it. */
json_t *result_host(const struct result *r);

/* Which attempt at the variant this is, of $KTSTR_ATTEMPT; 1 without it. Dies
 * of a value that is no such number. */
unsigned int result_attempt(void);

/* The project's commit as $KTSTR_PROJECT_COMMIT says it, or NULL. Dies of a
 * value that is none. */
const char *result_project_commit(void);
