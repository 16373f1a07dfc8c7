/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/crc.h"

#include <lzma.h>

uint32_t crc32_of(const void *data, size_t len, uint32_t before)
{
	return lzma_crc32(data, len, before);
}
