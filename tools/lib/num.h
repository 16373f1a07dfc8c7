/* SPDX-License-Identifier: GPL-2.0-or-later */
/* num.h - numbers, sizes, times and shares as people write them. */
#pragma once

#include <stdint.h>

/**
 * num_parse() - read a decimal number: digits only
 * @text: no sign, no blanks, nothing behind the digits
 * @min:  smallest value accepted
 * @max:  largest value accepted
 * @ret:  written only on success
 *
 * Return: 0, -EINVAL when @text is no number, -ERANGE outside @min to @max.
 */
int num_parse(const char *text, uint64_t min, uint64_t max, uint64_t *ret);

/**
 * num_parse_time() - read a time such as "50ms", "4s", "1.5s", "100us", "2m"
 * @text: a decimal number with one of the units ns, us, ms, s, m, h
 * @ret:  nanoseconds; written only on success
 *
 * A number without a unit is refused, but for "0".
 *
 * Return: 0, -EINVAL, or -ERANGE beyond 2^63 ns.
 */
int num_parse_time(const char *text, uint64_t *ret_ns);

/**
 * num_parse_size() - read a size such as "500M", "20G", "1.5T" or "64K"
 * @text: a decimal number with one of the units K, M, G, T: 2^10 to 2^40
 * @ret_bytes: written only on success
 *
 * A number without a unit is refused, but for "0".
 *
 * Return: 0, -EINVAL, or -ERANGE beyond 2^63 bytes.
 */
int num_parse_size(const char *text, uint64_t *ret_bytes);

/**
 * num_parse_percent() - read a share such as "15%" or "2.5%"
 * @ret_percent: 0 to 1000000; written only on success
 *
 * Return: 0, or -EINVAL (no "%", no number), -ERANGE.
 */
int num_parse_percent(const char *text, double *ret_percent);

/**
 * num_parse_decimal() - read a number such as "0.25" or "500000"
 * @ret: written only on success; digits behind the sixth after the point are
 *	 left out
 *
 * Return: 0, or -EINVAL (no number, a sign), -ERANGE from 2^44 on.
 */
int num_parse_decimal(const char *text, double *ret);
