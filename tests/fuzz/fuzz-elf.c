/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any file must be stripped or refused with a sentence. What was stripped is a
 * file that can be stripped again, and then stays as it is.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cache/store/strip.h"

/* No input gives a larger file, unless an alignment is followed too far. */
#define GROWTH_MAX (64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Strip the file @in into a new one. Return: its descriptor, or -1. */
static int strip_again(int in)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	struct why why = { .text = "" };
	char path[64];
	bool has_btf;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", in);
	if (out < 0)
		abort();
	if (strip_vmlinux(path, out, &has_btf, &why) == 0)
		return out;
	if (!*why.text || strchr(why.text, '\n'))
		abort();
	close(out);
	return -1;
}

static size_t size_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		abort();
	return (size_t)st.st_size;
}

static void check_equal(int a, int b)
{
	size_t size = size_of(a);
	char *x, *y;

	if (size != size_of(b))
		abort();
	x = mmap(NULL, size, PROT_READ, MAP_PRIVATE, a, 0);
	y = mmap(NULL, size, PROT_READ, MAP_PRIVATE, b, 0);
	if (x == MAP_FAILED || y == MAP_FAILED || memcmp(x, y, size) != 0)
		abort();
	munmap(x, size);
	munmap(y, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int in = memfd_create("in", MFD_CLOEXEC), once, twice;

	if (in < 0 || write(in, data, size) != (ssize_t)size)
		abort();
	once = strip_again(in);
	if (once >= 0) {
		if (size_of(once) > size + GROWTH_MAX)
			abort();
		twice = strip_again(once);
		if (twice < 0)
			abort();
		check_equal(once, twice);
		close(twice);
		close(once);
	}
	close(in);
	return 0;
}
