/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h - the life of a guest, from its first process to the machine's end. */
#pragma once

#include <stdnoreturn.h>

/* What PID 1 does; see doc/architecture.md, "Guest and host". */
noreturn void run_guest(void);
