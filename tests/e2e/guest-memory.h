/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest-memory.h - for programs that do in a guest what only root may: they see
 * its memory, the kernel's and what it shares with the host. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "vmm/wire.h"

static inline void fail(const char *what)
{
	printf("cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static inline void *map(uint64_t at, size_t len)
{
	int fd = open("/dev/mem", O_RDWR);
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       (off_t)at);

	if (p == MAP_FAILED)
		fail("map /dev/mem");
	return p;
}

/* Where @name of /proc/iomem begins. */
static inline uint64_t find(const char *name, uint64_t *size)
{
	FILE *f = fopen("/proc/iomem", "r");
	char line[200];
	uint64_t from, to;

	while (f && fgets(line, sizeof(line), f)) {
		if (strstr(line, name) &&
		    sscanf(line, "%" SCNx64 "-%" SCNx64, &from, &to) == 2) {
			*size = to - from + 1;
			return from;
		}
	}
	fail("find it in /proc/iomem");
	return 0;
}

/* Init maps the channel whole: its maps tell where it is. */
static inline struct wire_channel *channel(void)
{
	FILE *f = fopen("/proc/1/maps", "r");
	uint64_t from, to, at;
	char line[300];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64, &from,
			   &to, &at) == 3 &&
		    to - from == WIRE_CHANNEL_BYTES)
			return map(at, WIRE_CHANNEL_BYTES);
	}
	fail("find the channel");
	return NULL;
}

static inline char *frames(struct wire_channel *c)
{
	return (char *)c + WIRE_CHANNEL_AT;
}

/* Where the kernel has @want in its own addresses. */
static inline uint64_t symbol(const char *want)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[300], name[100];
	uint64_t at;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 " %*c %99s", &at, name) == 2 &&
		    strcmp(name, want) == 0) {
			fclose(f);
			return at;
		}
	}
	fail(want);
	return 0;
}

/* Change the kernel's code or data at its address @at. */
static inline void write_kernel(uint64_t at, const void *data, size_t len)
{
	uint64_t size, text = find("Kernel code", &size);
	uint64_t real = text + at - symbol("_text");
	char *p = map(real & ~UINT64_C(4095), 8192);

	memcpy(p + real % 4096, data, len);
	munmap(p, 8192);
}
