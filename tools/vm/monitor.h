/* SPDX-License-Identifier: GPL-2.0-or-later */
/* monitor.h - does a variant want the monitor, and can it have it? */
#pragma once

#include "tools/vm/variant.h"
#include "vmm/mon/layout.h"

/**
 * struct monitor_plan - what the monitor is to read
 * @wanted: a check needs it, or the test asks for it
 * @layout: of the kernel, if @wanted
 * @text: the same for the guest; monitor_plan_done() frees it
 */
struct monitor_plan {
	bool wanted;
	struct mon_layout layout;
	char *text;
};

/**
 * monitor_plan() - find what is to be read
 * @image: path of the kernel's boot image
 *
 * Dies with EX_SKIP when it is wanted and the kernel has no vmlinux, or one
 * that does not do; or has not what a check of the test needs.
 */
void monitor_plan(const struct variant *v, const char *image,
		  struct monitor_plan *ret);
void monitor_plan_done(struct monitor_plan *p);
