/* SPDX-License-Identifier: GPL-2.0-or-later */
/* version.h - versions of Linux, and ranges of them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/why.h"

/* Bytes of a version as text: four numbers of 64 bits. */
#define VERSION_SIZE 96

/**
 * struct version - MAJOR.MINOR[.PATCH][-rcN]
 * @patch: 0 unless @has_patch
 * @rc:    0 unless @is_rc
 */
struct version {
	uint64_t major, minor, patch, rc;
	bool has_patch, is_rc;
};

/**
 * version_parse() - read a version, digits and nothing else around them
 *
 * Return: 0, -EINVAL when @text is no version, or -ERANGE when one of its
 * numbers is 2^64 or more.
 */
int version_parse(const char *text, struct version *ret);

/* Write it; without leading zeros. */
void version_format(const struct version *v, char ret[VERSION_SIZE]);

/* Less than 0, 0, or more. A missing patch is 0; 6.14-rc7 is before 6.14. */
int version_compare(const struct version *a, const struct version *b);

/* Two parts and no rc, such as 6.14: stands for its newest release. */
bool version_is_series(const struct version *v);

/* Do they share major and minor? */
bool version_is_same_series(const struct version *a, const struct version *b);

/**
 * version_range() - read VERSION..VERSION, both ends included
 *
 * Return: 0, or with a sentence -EINVAL: no range, a number is too large, or
 * the ends are to be swapped.
 */
int version_range(const char *text, struct version *ret_from,
		  struct version *ret_to, struct why *reterr_why);
