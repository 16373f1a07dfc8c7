/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/ldcache.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define MAGIC	    "glibc-ld.so.cache1.1"
#define HEADER_SIZE 48
#define ENTRY_SIZE  24
/* FLAG_ELF_LIBC6 | FLAG_X8664_LIB64: libraries for this architecture. */
#define OUR_FLAGS 0x0303

static uint32_t read_u32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The string at @offset, if it ends within the file. */
static const char *string_at(const char *file, size_t len, uint32_t offset)
{
	if (offset >= len || !memchr(file + offset, '\0', len - offset))
		return NULL;
	return file + offset;
}

char *ldcache_find(const char *cache, const char *soname)
{
	auto_free char *file = NULL;
	int n = file_read_at(AT_FDCWD, cache, /* max */ 64 << 20, &file);
	size_t len = n < 0 ? 0 : (size_t)n;

	if (len < HEADER_SIZE || memcmp(file, MAGIC, strlen(MAGIC)) != 0)
		return NULL;
	uint32_t count = read_u32(file + strlen(MAGIC));
	if (count > (len - HEADER_SIZE) / ENTRY_SIZE)
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		const char *e = file + HEADER_SIZE + (size_t)i * ENTRY_SIZE;
		const char *name = string_at(file, len, read_u32(e + 4));
		const char *path = string_at(file, len, read_u32(e + 8));

		if (read_u32(e) == OUR_FLAGS && name && path &&
		    strcmp(name, soname) == 0 && access(path, R_OK) == 0)
			return strdup(path);
	}
	return NULL;
}
