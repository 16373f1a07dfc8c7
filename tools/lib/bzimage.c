/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/bzimage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"

/* Where the fields are, and what they are to be. */
#define BOOT_FLAG      0x1fe
#define HEADER	       0x202
#define VERSION	       0x206
#define KERNEL_VERSION 0x20e
#define LOADFLAGS      0x211
#define XLOADFLAGS     0x236
#define HEAD_BYTES     (XLOADFLAGS + 2)
#define LOADED_HIGH    1     /* of loadflags: a bzImage, no zImage */
#define XLF_KERNEL_64  1     /* of xloadflags */
#define HAS_XLOADFLAGS 0x20c /* the version of the protocol */

int bzimage_read_release(const char *path, char ret[BZIMAGE_RELEASE_SIZE])
{
	unsigned char head[KERNEL_VERSION + 2];
	size_t at;
	ssize_t n;

	ret[0] = '\0';
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);
	if (n < 0)
		return -errno;
	if (n != sizeof(head) || memcmp(head + HEADER, "HdrS", 4) != 0)
		return -EBADMSG;
	at = (head[KERNEL_VERSION] | (size_t)head[KERNEL_VERSION + 1] << 8) +
	     0x200;
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

static bool is_64_bit(const unsigned char *head)
{
	unsigned int version = head[VERSION] | head[VERSION + 1] << 8;

	return version >= HAS_XLOADFLAGS && (head[XLOADFLAGS] & XLF_KERNEL_64);
}

int bzimage_check(const char *path, struct why *reterr_why)
{
	unsigned char head[HEAD_BYTES];
	struct stat st;

	/* A pipe's other end may never come. */
	auto_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", path,
			       strerror(errno));
	if (!S_ISREG(st.st_mode))
		return why_set(reterr_why, -EINVAL, "'%s' is no regular file",
			       path);
	ssize_t n = pread(fd, head, sizeof(head), 0);
	if (n < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", path,
			       strerror(errno));
	if (n >= 4 && memcmp(head, "\177ELF", 4) == 0)
		return why_set(reterr_why, -EINVAL,
			       "'%s' is an ELF file and no boot image; that of "
			       "a built tree is arch/x86/boot/bzImage",
			       path);
	if (n != sizeof(head) || memcmp(head + BOOT_FLAG, "\125\252", 2) != 0 ||
	    memcmp(head + HEADER, "HdrS", 4) != 0 ||
	    !(head[LOADFLAGS] & LOADED_HIGH))
		return why_set(reterr_why, -EINVAL,
			       "'%s' is no boot image (bzImage)", path);
	if (!is_64_bit(head))
		return why_set(reterr_why, -EINVAL,
			       "'%s' is a boot image, but not for x86_64",
			       path);
	return 0;
}
