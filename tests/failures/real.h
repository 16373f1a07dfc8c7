/* SPDX-License-Identifier: GPL-2.0-or-later */
/* real.h - the functions that stand behind those of a preloaded library. */
#pragma once

#include <dlfcn.h>

#define PUBLIC __attribute__((visibility("default")))

/* The next function of this name; glibc's dlsym(3) allocates nothing where it
 * finds one (2.34 and later). */
#define REAL(name)                                                             \
	({                                                                     \
		static __typeof__(name) *real_;                                \
		if (!real_)                                                    \
			*(void **)&real_ = dlsym(RTLD_NEXT, #name);            \
		real_;                                                         \
	})
