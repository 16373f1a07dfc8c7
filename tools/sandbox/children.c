/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A subreaper's end: everything below it goes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"
#include "tools/sandbox/sandbox.h"

#define STAT_BYTES_MAX 4096

static pid_t parent_of(const char *pid)
{
	auto_free char *text = NULL;
	const char *at;
	char path[300];
	pid_t parent;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	if (file_read_at(AT_FDCWD, path, STAT_BYTES_MAX, &text) < 0)
		return -1;
	at = strrchr(text, ')'); /* the name may hold anything */
	return at && sscanf(at, ") %*c %d", &parent) == 1 ? parent : -1;
}

static void kill_each(void)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	while (proc && (entry = readdir(proc))) {
		uint64_t pid;

		if (num_parse(entry->d_name, 1, INT32_MAX, &pid) == 0 &&
		    parent_of(entry->d_name) == getpid())
			(void)kill((pid_t)pid, SIGKILL);
	}
	if (proc)
		closedir(proc);
}

void kill_children(void)
{
	/* Each child that dies gives us its own children, so that this comes to
	 * an end with the last of them. */
	do {
		kill_each();
	} while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
}
