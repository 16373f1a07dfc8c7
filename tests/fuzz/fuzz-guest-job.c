/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes must be taken for an archive or for the firmware's table of
 * persistent memory, or be called damaged. An entry lies inside its archive, a
 * later one behind it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/guest/nfit.h"
#include "vmm/guest/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_archive(const char *data, size_t size)
{
	struct unpack_entry e;
	size_t at = 0, before = 0;
	struct why why;
	int r;

	while ((r = unpack_next(data, size, &at, &e, &why)) > 0) {
		if (e.name < data + before || e.data < e.name ||
		    e.data + e.len > data + size || at <= before)
			abort();
		if (strlen(e.name) >= (size_t)(e.data - e.name))
			abort();
		before = at;
		if (at > size) /* the last one may lack its padding */
			break;
	}
	if (r < 0 && !*why.text)
		abort();
}

/* With length and checksum made right, so that what is inside is read. */
static void read_table(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);
	uint32_t len = (uint32_t)size;
	struct nfit_range range[4];
	struct why why;
	uint8_t sum = 0;
	int n;

	if (!copy)
		abort();
	memcpy(copy, data, size);
	if (size >= 40) {
		memcpy(copy + 4, &len, sizeof(len));
		copy[9] = 0;
		for (size_t i = 0; i < size; i++)
			sum = (uint8_t)(sum + copy[i]);
		copy[9] = (uint8_t)-sum;
	}
	n = nfit_read(copy, size, range, 4, &why);
	if (n > 4 || (n < 0 && !*why.text))
		abort();
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= 4 && memcmp(data, "NFIT", 4) == 0)
		read_table(data, size);
	else
		read_archive((const char *)data, size);
	return 0;
}
