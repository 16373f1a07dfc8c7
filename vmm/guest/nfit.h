/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nfit.h - where a machine has persistent memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tools/lib/why.h"

/* Persistent memory in the machine's address space. */
struct nfit_range {
	uint64_t base, size;
};

/**
 * nfit_read() - the ranges of persistent memory in an NFIT
 * @table: ACPI's NVDIMM firmware interface table, ACPI 6.5 section 5.2.25
 * @max:   room in @ret; further ranges are left out
 *
 * Return: how many; -EBADMSG when the table is damaged.
 */
int nfit_read(const void *table, size_t len, struct nfit_range *ret, size_t max,
	      struct why *reterr_why);
