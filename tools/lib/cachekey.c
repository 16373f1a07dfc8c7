/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/cachekey.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define MAX_KEY 200

int key_check(const char *key, struct why *reterr_why)
{
	size_t n = strlen(key);

	if (n == 0 || n > MAX_KEY)
		return why_set(reterr_why, -EINVAL,
			       "a key has 1 to %d characters, this has %zu",
			       MAX_KEY, n);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)key[i];

		if ((isascii(c) && isalnum(c)) || (i > 0 && strchr(".-_+", c)))
			continue;
		return why_set(reterr_why, -EINVAL,
			       "'%s' is no key: character %zu may not be there",
			       key, i + 1);
	}
	return 0;
}
