/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result-logs.h - what stands beside a result. */
#pragma once

#include "tools/vm/result.h"

/* By rename; dies when it cannot be written. */
void result_publish(const char *folder, const char *name, const void *data,
		    size_t len);

/* All logs of this run, and none of an earlier one; dies likewise. */
void result_logs(const struct result *r, const char *folder);
