/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory.c - in front of malloc(3) and its kin. libc's own functions call
 * these, too: strdup(3), asprintf(3), fopen(3), opendir(3). */
#include <errno.h>
#include <stdlib.h>

#include "tests/failures/real.h"
#include "tests/failures/run.h"

PUBLIC void *memalign(size_t align, size_t size);

PUBLIC void *malloc(size_t size)
{
	return run_lacks_room() ? NULL : REAL(malloc)(size);
}

PUBLIC void *calloc(size_t count, size_t size)
{
	return run_lacks_room() ? NULL : REAL(calloc)(count, size);
}

PUBLIC void *realloc(void *old, size_t size)
{
	return run_lacks_room() ? NULL : REAL(realloc)(old, size);
}

PUBLIC void *memalign(size_t align, size_t size)
{
	return run_lacks_room() ? NULL : REAL(memalign)(align, size);
}

PUBLIC void *aligned_alloc(size_t align, size_t size)
{
	return run_lacks_room() ? NULL : REAL(aligned_alloc)(align, size);
}

PUBLIC int posix_memalign(void **ret, size_t align, size_t size)
{
	int saved = errno;

	if (!run_lacks_room())
		return REAL(posix_memalign)(ret, align, size);
	errno = saved;
	return ENOMEM;
}
