/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/noise.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

static void add_thread(struct noise *n, int task)
{
	auto_free char *name = NULL, *stat = NULL;
	uint64_t run, wait;

	if (file_read_at(task, "comm", 64, &name) < 0 ||
	    strncmp(name, "CPU ", 4) != 0 ||
	    file_read_at(task, "schedstat", 256, &stat) < 0 ||
	    sscanf(stat, "%" SCNu64 " %" SCNu64, &run, &wait) != 2)
		return;
	n->run_ns += run;
	n->wait_ns += wait;
	if (wait > n->worst_wait_ns)
		n->worst_wait_ns = wait;
}

void noise_sample(struct noise *n, pid_t pid)
{
	struct noise seen = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	DIR *tasks = opendir(path);
	if (!tasks)
		return;
	for (struct dirent *d; (d = readdir(tasks));) {
		auto_fd int task = openat(dirfd(tasks), d->d_name,
					  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (task >= 0 && d->d_name[0] != '.')
			add_thread(&seen, task);
	}
	closedir(tasks);
	if (seen.run_ns >= n->run_ns)
		*n = seen;
}
