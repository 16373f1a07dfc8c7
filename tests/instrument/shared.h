/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shared.h - who saves the counters of several processes. */
#pragma once

#include <stdbool.h>

/* In the environment: of a program and what it forks the first one alone. */
#define SHARED_ONE_SAVES "KTSTR_ONE_SAVES"

/* By that this process saves none. */
bool shared_is_saved_by_other(void);

/* The counters of all processes are 0, and may be saved again. */
void shared_begin_anew(void);
