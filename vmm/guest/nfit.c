/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/nfit.h"

#include <errno.h>
#include <string.h>

/* ACPI 6.5: 5.2.6 table header, 5.2.25.2 system physical address range. */
#define HEADER	  36
#define STRUCTS	  40 /* four reserved bytes behind the header */
#define SPA	  0  /* type of the structure */
#define SPA_BYTES 56
#define SPA_GUID  16
#define SPA_BASE  32
#define SPA_SIZE  40

/* 66f0d379-b4f3-4074-ac43-0d3318b78cdb, byte-addressable persistent memory. */
static const uint8_t pmem[16] = { 0x79, 0xd3, 0xf0, 0x66, 0xf3, 0xb4,
				  0x74, 0x40, 0xac, 0x43, 0x0d, 0x33,
				  0x18, 0xb7, 0x8c, 0xdb };

static uint64_t number(const uint8_t *at, size_t bytes)
{
	uint64_t n = 0;

	memcpy(&n, at, bytes); /* little-endian, as we are */
	return n;
}

static int check_header(const uint8_t *table, size_t len,
			struct why *reterr_why)
{
	uint8_t sum = 0;

	if (len < STRUCTS || memcmp(table, "NFIT", 4) != 0 ||
	    number(table + 4, 4) != len)
		return why_set(reterr_why, -EBADMSG,
			       "the machine's NFIT is no such table, or has "
			       "another length than it says");
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + table[i]);
	if (sum != 0)
		return why_set(reterr_why, -EBADMSG,
			       "the machine's NFIT has a wrong checksum");
	return 0;
}

int nfit_read(const void *table, size_t len, struct nfit_range *ret, size_t max,
	      struct why *reterr_why)
{
	const uint8_t *t = table;
	size_t count = 0;
	int r = check_header(t, len, reterr_why);

	if (r < 0)
		return r;
	for (size_t at = STRUCTS, size; at < len; at += size) {
		if (len - at < 4 || (size = number(t + at + 2, 2)) < 4 ||
		    size > len - at)
			return why_set(
				reterr_why, -EBADMSG,
				"the machine's NFIT has a structure that "
				"does not fit at byte %zu",
				at);
		if (number(t + at, 2) != SPA || size < SPA_BYTES ||
		    memcmp(t + at + SPA_GUID, pmem, sizeof(pmem)) != 0 ||
		    count == max)
			continue;
		ret[count++] = (struct nfit_range){
			.base = number(t + at + SPA_BASE, 8),
			.size = number(t + at + SPA_SIZE, 8),
		};
	}
	return (int)count;
}
