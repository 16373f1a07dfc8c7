/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/num.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* Digits behind the point that count: nine. */
#define PARTS_MAX 1000000000U

/* Read digits at *p into *ret and move *p past them. */
static int read_digits(const char **p, uint64_t *ret)
{
	uint64_t value = 0;

	if (**p < '0' || **p > '9')
		return -EINVAL;
	for (; **p >= '0' && **p <= '9'; (*p)++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(**p - '0'),
					   &value))
			return -ERANGE;
	}
	*ret = value;
	return 0;
}

int num_parse(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value;
	int r = read_digits(&text, &value);

	if (r == -EINVAL)
		return r;
	if (r == 0 && *text != '\0')
		return -EINVAL;
	if (r == -ERANGE) {
		/* Too many digits is still no number if letters follow. */
		while (*text >= '0' && *text <= '9')
			text++;
		return *text ? -EINVAL : -ERANGE;
	}
	if (value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

/* Read "digits[.digits]"; *ret_scaled is the value times @scale, rounded down.
 */
static int read_decimal(const char **p, uint64_t scale, uint64_t *ret_scaled)
{
	uint64_t value, part = 0, whole = 1;
	int r = read_digits(p, &value);

	if (r < 0)
		return r;
	if (__builtin_mul_overflow(value, scale, &value))
		return -ERANGE;
	if (**p == '.') {
		(*p)++;
		if (**p < '0' || **p > '9')
			return -EINVAL;
		for (; **p >= '0' && **p <= '9'; (*p)++) {
			if (whole == PARTS_MAX)
				continue;
			part = 10 * part + (uint64_t)(**p - '0');
			whole *= 10;
		}
		/* scale * part / whole, without the product's overflow */
		part = scale / whole * part + scale % whole * part / whole;
		if (__builtin_add_overflow(value, part, &value))
			return -ERANGE;
	}
	*ret_scaled = value;
	return 0;
}

int num_parse_time(const char *text, uint64_t *ret_ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} unit[] = {
		{ "ns", 1 },	      { "us", 1000 },
		{ "ms", 1000000 },    { "s", 1000000000 },
		{ "m", 60000000000 }, { "h", 3600000000000 },
	};

	if (strcmp(text, "0") == 0) {
		*ret_ns = 0;
		return 0;
	}
	const char *name = text + strspn(text, "0123456789.");
	for (size_t i = 0; i < sizeof(unit) / sizeof(unit[0]); i++) {
		uint64_t ns;
		int r;

		if (strcmp(name, unit[i].name) != 0)
			continue;
		r = read_decimal(&text, unit[i].ns, &ns);
		if (r < 0)
			return r;
		if (text != name)
			return -EINVAL;
		if (ns > INT64_MAX)
			return -ERANGE;
		*ret_ns = ns;
		return 0;
	}
	return -EINVAL;
}

int num_parse_size(const char *text, uint64_t *ret_bytes)
{
	static const char units[] = "KMGT";
	const char *name = text + strspn(text, "0123456789.");
	const char *unit = *name ? strchr(units, *name) : NULL;
	uint64_t bytes;
	int r;

	if (strcmp(text, "0") == 0) {
		*ret_bytes = 0;
		return 0;
	}
	if (!unit || name[1] != '\0')
		return -EINVAL;
	r = read_decimal(&text, UINT64_C(1024) << (10 * (unit - units)),
			 &bytes);
	if (r < 0)
		return r;
	if (text != name)
		return -EINVAL;
	if (bytes > INT64_MAX)
		return -ERANGE;
	*ret_bytes = bytes;
	return 0;
}

int num_parse_percent(const char *text, double *ret_percent)
{
	uint64_t scaled;
	int r = read_decimal(&text, 1000000, &scaled);

	if (r < 0)
		return r;
	if (strcmp(text, "%") != 0)
		return -EINVAL;
	if (scaled > 1000000ULL * 1000000)
		return -ERANGE;
	*ret_percent = (double)scaled / 1000000;
	return 0;
}

int num_parse_decimal(const char *text, double *ret)
{
	uint64_t scaled;
	int r = read_decimal(&text, 1000000, &scaled);

	if (r < 0)
		return r;
	if (*text != '\0')
		return -EINVAL;
	*ret = (double)scaled / 1000000;
	return 0;
}
