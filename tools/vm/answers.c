/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/answers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

char *answers_folder(void)
{
	auto_free char *root = NULL;
	char *folder = NULL;
	struct why ignored;

	if (cache_root(&root, &ignored) < 0 ||
	    cache_folder(root, ".host", &folder, &ignored) < 0)
		return NULL;
	return folder;
}

int answer_read(const char *path, size_t max, char **ret)
{
	char open_one[32];
	struct stat st;

	if (!path)
		return -ENOENT;
	/* O_PATH does not wait for a writer where somebody put a FIFO. */
	auto_fd int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return -EPERM;
	snprintf(open_one, sizeof(open_one), "/proc/self/fd/%d", fd);
	return file_read_at(AT_FDCWD, open_one, max, ret);
}

void answer_keep(const char *path, const char *text)
{
	struct why ignored;

	if (path)
		(void)file_publish(path, text, strlen(text), 0600, &ignored);
}
