/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/bzimage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"

int bzimage_read_release(const char *path, char ret[BZIMAGE_RELEASE_SIZE])
{
	unsigned char head[0x210];
	size_t at;
	ssize_t n;

	ret[0] = '\0';
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);
	if (n < 0)
		return -errno;
	if (n != sizeof(head) || memcmp(head + 0x202, "HdrS", 4) != 0)
		return -EBADMSG;
	at = (head[0x20e] | (size_t)head[0x20f] << 8) + 0x200;
	n = pread(fd, ret, BZIMAGE_RELEASE_SIZE - 1, (off_t)at);
	if (n < 0)
		return -errno;
	ret[n] = '\0';
	ret[strcspn(ret, " \n")] = '\0';
	return *ret ? 0 : -EBADMSG;
}

bool bzimage_release(const char *path, char ret[BZIMAGE_RELEASE_SIZE])
{
	return bzimage_read_release(path, ret) == 0;
}
