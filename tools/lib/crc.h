/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crc.h - CRC32 as IEEE 802.3 and xz define it, computed by liblzma. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The CRC32 of @len bytes; start with @before = 0, go on with the last result.
 */
uint32_t crc32_of(const void *data, size_t len, uint32_t before);
