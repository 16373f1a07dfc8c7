/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/wide.h"

#include <errno.h>
#include <string.h>

const char *wide_format(wide n, char ret[WIDE_TEXT_SIZE])
{
	char digits[WIDE_TEXT_SIZE], *p = digits + sizeof(digits);

	*--p = '\0';
	do {
		*--p = (char)('0' + (int)(n % 10));
		n /= 10;
	} while (n);
	memcpy(ret, p, (size_t)(digits + sizeof(digits) - p));
	return ret;
}

int wide_add(wide *total, wide n)
{
	return __builtin_add_overflow(*total, n, total) ? -ERANGE : 0;
}

int wide_multiply(wide *total, wide n)
{
	return __builtin_mul_overflow(*total, n, total) ? -ERANGE : 0;
}
