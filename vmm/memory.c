/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory.c - how much memory a machine gets. */
#include "vmm/machine.h"

unsigned int machine_memory(const struct topology *t, unsigned int want_mib)
{
	unsigned int least = topology_cpus(t) * 32;
	unsigned int unit = 2 * t->nodes;
	unsigned int mib = want_mib;

	if (mib < 512)
		mib = 512;
	if (mib < least)
		mib = least;
	return (mib + unit - 1) / unit * unit;
}
