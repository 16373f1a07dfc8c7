/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.h - what analysers are told before each file, since they look at one
 * file at a time: errno is more than 0 after a failure, so "return -errno"
 * fails, why_set() returns the error that it is given, and a file that was read
 * has a text. The files that define these are not analysed.
 */
#pragma once

#include <errno.h>

#include "tools/lib/file.h"
#include "tools/lib/why.h"

/* No functions: clang's analyser looks into five of them at most. */
#undef errno
#define errno                                                                  \
	(*({                                                                   \
		int *errno_ = __errno_location();                              \
		if (*errno_ <= 0)                                              \
			__builtin_unreachable();                               \
		errno_;                                                        \
	}))

#define why_set(why, error, ...)                                               \
	({                                                                     \
		int error_ = (error);                                          \
		(void)(why_set)(why, error_, __VA_ARGS__);                     \
		if (error_ > 0)                                                \
			__builtin_unreachable();                               \
		error_;                                                        \
	})

#define file_read_at(dir, path, max, ret)                                      \
	({                                                                     \
		char **text_ = (ret);                                          \
		int read_ = (file_read_at)(dir, path, max, text_);             \
		if (read_ >= 0 && !*text_)                                     \
			__builtin_unreachable();                               \
		read_;                                                         \
	})
