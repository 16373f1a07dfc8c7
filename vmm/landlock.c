/* SPDX-License-Identifier: GPL-2.0-or-later */
/* landlock.c - Documentation/userspace-api/landlock.rst of Linux */
#include "vmm/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"

/*
 * include/uapi/linux/landlock.h as of version 6. The C library's headers may be
 * older than the kernel that runs, so it is written here.
 */
enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_TRUNCATE = 1 << 14,
	FS_IOCTL_DEV = 1 << 15,
	NET_TCP = 3,
	SCOPE_ALL = 3,
	CREATE_VERSION = 1,
	RULE_PATH_BENEATH = 1,
};

struct ruleset_attr {
	uint64_t fs, net, scoped;
};

struct path_attr {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

static long create(const struct ruleset_attr *attr, size_t size, unsigned flags)
{
	return syscall(SYS_landlock_create_ruleset, attr, size, flags);
}

int landlock_version(void)
{
	long version = create(NULL, 0, CREATE_VERSION);

	return version < 0 ? 0 : (int)version;
}

/* All rights over files that this version knows of. */
static uint64_t known_rights(int version)
{
	/* FS_REFER came with 2, FS_TRUNCATE with 3, FS_IOCTL_DEV with 5. */
	unsigned int bits = version < 2	  ? 13
			    : version < 3 ? 14
			    : version < 5 ? 15
					  : 16;

	return (UINT64_C(1) << bits) - 1;
}

int landlock_new(void)
{
	int version = landlock_version();
	struct ruleset_attr attr = { .fs = known_rights(version) };
	size_t size = sizeof(attr.fs);

	if (version >= 4) {
		attr.net = NET_TCP;
		size += sizeof(attr.net);
	}
	if (version >= 6) {
		attr.scoped = SCOPE_ALL;
		size += sizeof(attr.scoped);
	}
	long fd = create(&attr, size, 0);

	return fd < 0 ? -errno : (int)fd;
}

int landlock_allow(int rules, int fd, enum landlock_use use)
{
	static const uint64_t rights[] = {
		[LANDLOCK_USE_READ] = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR,
		[LANDLOCK_USE_WRITE] =
			FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE,
		[LANDLOCK_USE_DEVICE] =
			FS_READ_FILE | FS_WRITE_FILE | FS_IOCTL_DEV,
	};
	struct path_attr attr = { rights[use], fd };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		attr.allowed &= ~(uint64_t)FS_READ_DIR;
	attr.allowed &= known_rights(landlock_version());
	if (syscall(SYS_landlock_add_rule, rules, RULE_PATH_BENEATH, &attr, 0) <
		    0 &&
	    errno != EBADFD) /* such a file is on no path: always allowed */
		return -errno;
	return 0;
}

int landlock_allow_path(int rules, const char *path, enum landlock_use use)
{
	auto_fd int fd = open(path, O_PATH | O_CLOEXEC);

	return fd < 0 ? 0 : landlock_allow(rules, fd, use);
}

int landlock_obey(int rules)
{
	return syscall(SYS_landlock_restrict_self, rules, 0) < 0 ? -errno : 0;
}
