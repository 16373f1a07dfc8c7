/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.h - the kernel that runs, as the distribution has installed it. */
#pragma once

#include "tools/lib/why.h"

/**
 * struct host - the files of the kernel that runs
 * @release:  as uname -r prints it
 * @image:    /boot/vmlinuz-R, or /lib/modules/R/vmlinuz
 * @config:   where its configuration is: /boot/config-R, /lib/modules/R/config
 *	      or /proc/config.gz
 * @settings: what that says
 * @vmlinux:  its ELF file, or NULL
 * @btf:      /sys/kernel/btf/vmlinux where there is no ELF file, or NULL
 *
 * All below $KTSTR_HOST_ROOT, for a machine that was recorded.
 */
struct host {
	char *release, *image, *config, *settings, *vmlinux, *btf;
};

#define auto_host __attribute__((cleanup(host_done)))

void host_done(struct host *h);

/**
 * host_find() - find them
 *
 * An image that is of another release is refused, and so is none. An ELF file
 * is taken only if its notes, with the build id, are those of the kernel that
 * runs.
 *
 * Return: 0, or with a sentence -ENOENT, -EACCES, -EINVAL, or -errno.
 */
int host_find(struct host *ret, struct why *reterr_why);

/**
 * host_of_image() - the same of a boot image and the configuration beside it
 *
 * There is no ELF file and no BTF. Return: 0; with a sentence -EINVAL when it
 * is no bzImage, -ENOENT without a configuration, or -errno.
 */
int host_of_image(const char *path, struct host *ret, struct why *reterr_why);
