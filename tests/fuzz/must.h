/* SPDX-License-Identifier: GPL-2.0-or-later */
/* must.h - what holds for any input; what does not is a finding. */
#pragma once

#include <stdlib.h>

#define must(x)                                                                \
	do {                                                                   \
		if (!(x))                                                      \
			abort();                                               \
	} while (0)
