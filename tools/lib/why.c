/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/why.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int why_set(struct why *why, int error, const char *fmt, ...)
{
	va_list ap;

	if (why) {
		va_start(ap, fmt);
		vsnprintf(why->text, sizeof(why->text), fmt, ap);
		va_end(ap);
		why->error = error;
	}
	return error;
}

enum exit_code why_code(int error, enum exit_code code)
{
	return why_is_system(error) ? EX_BROKEN : code;
}

bool why_is_system(int error)
{
	return why_is_shortage(error) || error == -EIO || error == -EAGAIN;
}

bool why_is_shortage(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE;
}
