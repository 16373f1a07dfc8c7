/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result-programs.h - what the kernel's verifier said of a scheduler. */
#pragma once

#include <jansson.h>

#include "tools/lib/spec/test.h"
#include "vmm/facts.h"

/* Each program as result.json has it; null where the test does not ask. */
json_t *result_programs(const struct test *t, const struct facts *f);
