/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/worker-pages.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 1024

void worker_add_pages(const char *line, uint64_t pages[WORKER_NODES])
{
	if (!strstr(line, " anon=") || strstr(line, " file=") ||
	    strstr(line, " mapmax="))
		return;
	for (const char *p = strstr(line, " N"); p; p = strstr(p, " N")) {
		unsigned long node, count;
		char *end;

		node = strtoul(p + 2, &end, 10);
		p += 2;
		if (end == p || *end != '=' || node >= WORKER_NODES)
			continue;
		p = end + 1;
		count = strtoul(p, &end, 10);
		if (end != p)
			pages[node] += count;
	}
}

/* Each line of @path to @take; -1: there is no such file. */
static int for_each_line(const char *path, struct worker_shared *sh,
			 void (*take)(const char *, struct worker_shared *))
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[LINE_BYTES];
	size_t have = 0;
	ssize_t n;

	if (fd < 0)
		return -1;
	while ((n = read(fd, text + have, sizeof(text) - 1 - have)) > 0) {
		char *line = text, *end;

		have += (size_t)n;
		text[have] = '\0';
		while ((end = strchr(line, '\n'))) {
			*end = '\0';
			take(line, sh);
			line = end + 1;
		}
		have -= (size_t)(line - text);
		memmove(text, line, have);
		if (have == sizeof(text) - 1)
			have = 0; /* no line of these files is that long */
	}
	close(fd);
	return 0;
}

static void add_pages(const char *line, struct worker_shared *sh)
{
	worker_add_pages(line, sh->pages);
}

/* "numa_pages_migrated   :   12", which only kernels with NUMA balancing have:
 * of this task alone, where /proc/vmstat counts all of them. */
static void add_migrated(const char *line, struct worker_shared *sh)
{
	static const char name[] = "numa_pages_migrated";
	const char *colon = strchr(line, ':');

	if (colon && strncmp(line, name, sizeof(name) - 1) == 0)
		sh->migrated_pages = strtoul(colon + 1, NULL, 10);
}

void worker_read_pages(struct worker_shared *sh)
{
	memset(sh->pages, 0, sizeof(sh->pages));
	sh->has_pages = for_each_line("/proc/thread-self/numa_maps", sh,
				      add_pages) == 0;
	(void)for_each_line("/proc/thread-self/sched", sh, add_migrated);
}
