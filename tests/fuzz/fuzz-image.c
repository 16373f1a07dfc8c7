/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any file must be taken for a boot image, for the loader's index of libraries
 * or for an ELF file with the linker's hash, or for none of them: with a
 * sentence, or with a value that is clean.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/lib/bzimage.h"
#include "vmm/buildid.h"
#include "vmm/ldcache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_image(const char *path)
{
	char release[BZIMAGE_RELEASE_SIZE];
	struct why why = { .text = "" };
	int r = bzimage_read_release(path, release);

	if (r != 0 && r != -EBADMSG)
		abort();
	if ((r == 0) != (*release != '\0') || strpbrk(release, " \n"))
		abort();
	r = bzimage_check(path, &why);
	if (r < 0 && (r != -EINVAL || !*why.text || strchr(why.text, '\n')))
		abort();
}

static void check_build_id(const char *path)
{
	char id[BUILD_ID_SIZE];
	int r = build_id_read(path, id);

	if (r == 0 && (!*id || id[strspn(id, "0123456789abcdef")]))
		abort();
	if (r != 0 && r != -ENODATA)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	char path[64], *found;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	check_image(path);
	check_build_id(path);
	found = ldcache_find(path, "libone.so.1");
	if (found && access(found, R_OK) < 0)
		abort();
	free(found);
	close(fd);
	return 0;
}
