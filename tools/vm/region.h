/* SPDX-License-Identifier: GPL-2.0-or-later */
/* region.h - what a machine is given, put into its job region. */
#pragma once

#include "vmm/archive.h"
#include "vmm/wire.h"

/**
 * region_fill() - the job's archive, and its input
 * @timeout_s: how long to wait for the end of standard input, if all of it has
 *	       to be there
 * @live:      the channel is read while the machine runs
 *
 * Dies when there is more than fits.
 *
 * Return: bytes that the job's files take in the guest, as cpio_unpacked().
 */
uint64_t region_fill(struct wire *w, const struct job *job,
		     unsigned int timeout_s, bool live);
