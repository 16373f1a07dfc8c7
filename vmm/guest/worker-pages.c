/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/worker-pages.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGES_AT_ONCE 256
#define SCHED_BYTES   8192

/* @count pages from @memory on. Return: 0, or -1: the kernel cannot tell. */
static int add_pages(struct worker_shared *sh, unsigned char *memory,
		     size_t page, size_t count)
{
	void *address[PAGES_AT_ONCE];
	int node[PAGES_AT_ONCE];

	for (size_t i = 0; i < count; i++)
		address[i] = memory + i * page;
	/* Without nodes to move to it only tells where they are. */
	if (syscall(SYS_move_pages, 0, count, address, NULL, node, 0) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (node[i] >= 0 && node[i] < WORKER_NODES)
			sh->pages[node[i]]++;
	}
	return 0;
}

/* "numa_pages_migrated   :   12", which only kernels with NUMA balancing have:
 * of this task alone, where /proc/vmstat counts all of them. */
static uint64_t read_migrated(void)
{
	char text[SCHED_BYTES], *at;
	int fd = open("/proc/thread-self/sched", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "\nnuma_pages_migrated");
	at = at ? strchr(at, ':') : NULL;
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

void worker_read_pages(struct worker_shared *sh, unsigned char *memory,
		       size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t count = (size + page - 1) / page;

	memset(sh->pages, 0, sizeof(sh->pages));
	sh->has_pages = false;
	for (size_t i = 0; i < count; i += PAGES_AT_ONCE) {
		size_t part = count - i;

		if (part > PAGES_AT_ONCE)
			part = PAGES_AT_ONCE;
		if (add_pages(sh, memory + i * page, page, part) < 0)
			return;
	}
	if (count == 0)
		return;
	sh->has_pages = true;
	sh->migrated_pages = read_migrated();
}
