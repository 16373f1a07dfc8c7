/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For LD_PRELOAD: every folder is on a file system of type $FAKE_FS_TYPE. */
#include <stdlib.h>
#include <sys/vfs.h>

int fstatfs(int fd, struct statfs *ret)
{
	(void)fd;
	*ret = (struct statfs){
		.f_type = (__typeof__(ret->f_type))strtoul(
			getenv("FAKE_FS_TYPE"), NULL, 16),
	};
	return 0;
}
