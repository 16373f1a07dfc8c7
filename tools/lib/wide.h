/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wide.h - counts and sets that take more than 64 bits. */
#pragma once

#include "tools/lib/why.h"

__extension__ typedef unsigned __int128 wide;

/* 39 digits and the NUL. */
#define WIDE_TEXT_SIZE 40

#define WIDE_BIT(i) ((wide)1 << (i))

/* How many bits are set. */
static inline unsigned int wide_bits(wide n)
{
	return (unsigned int)(__builtin_popcountll((unsigned long long)n) +
			      __builtin_popcountll(
				      (unsigned long long)(n >> 64)));
}

/* The number of the lowest bit that is set; not of 0. */
static inline unsigned int wide_lowest(wide n)
{
	unsigned long long low = (unsigned long long)n;

	return (unsigned int)(low ? __builtin_ctzll(low)
				  : 64 + __builtin_ctzll((
						 unsigned long long)(n >> 64)));
}

/* In decimal. Return: @ret. */
const char *wide_format(wide n, char ret[WIDE_TEXT_SIZE]);

/* *@total += @n, or *@total *= @n. Return: 0, or -ERANGE when that is 2^128 or
 * more; *@total is then not to be used. */
int wide_add(wide *total, wide n);
int wide_multiply(wide *total, wide n);
