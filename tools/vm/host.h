/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.h - what the host offers: kernels, the init, QEMU, an accelerator. */
#pragma once

#include "tools/vm/request.h"

/**
 * host_find_init() - the static init program of the guest
 *
 * --init, else ktstr-init beside this program, else in ../libexec/ktstr.
 * Return: its path, the caller frees it; dies when there is none.
 */
char *host_find_init(const struct request *req);

/**
 * host_find_image() - the boot image that --kernel means
 *
 * A file is the image; a folder is a kernel entry (bzImage), or a built tree
 * (arch/x86/boot/bzImage). Return: its path, the caller frees it; dies when
 * there is none.
 */
char *host_find_image(const struct request *req);

/**
 * host_hold_kernel() - keep the cache entry that --kernel means
 *
 * A shared lock on it, held until this program ends, so that "ktstr-cache
 * clean" leaves it alone. A kernel that is in no cache is not locked. Dies when
 * the entry is being replaced for more than 10 s.
 */
void host_hold_kernel(const struct request *req);

/**
 * host_choose_clock() - clock and accelerator of the machine
 *
 * Dies when what was asked for cannot be had. Falling back is said once per
 * boot of the host.
 */
void host_choose_clock(const struct request *req, struct machine_config *c);

/* 0 when KVM runs guests; the answer is remembered until the host reboots. */
int host_kvm_works(struct why *reterr_why);
