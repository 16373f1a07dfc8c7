/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv-wire.c - the memory that host and guest share, as QEMU arguments. */
#include "vmm/argv.h"
#include "vmm/machine.h"
#include "vmm/wire.h"

/* The order, and with it the places, are the same in every machine. */
static void add_region(struct argv *a, unsigned int slot, const char *name,
		       int fd, uint64_t size, const char *access,
		       const char *device)
{
	argv_add(a, "-object");
	if (fd >= 0)
		argv_addf(a,
			  "memory-backend-file,id=%s,mem-path=/proc/self/fd/%d,"
			  "size=%uM,share=on%s",
			  name, fd, (unsigned int)(size >> 20), access);
	else
		argv_addf(a,
			  "memory-backend-file,id=%s,mem-path=%s.region,"
			  "size=%uM,share=on%s",
			  name, name, (unsigned int)(size >> 20), access);
	argv_add(a, "-device");
	argv_addf(a, "nvdimm,id=%s-region,memdev=%s,slot=%u%s", name, name,
		  slot, device);
}

void argv_add_wire(struct argv *a, const struct machine_config *c)
{
	add_region(a, 0, "job", c->job_fd, WIRE_JOB_BYTES, ",readonly=on",
		   ",unarmed=on");
	add_region(a, 1, "channel", c->channel_fd, WIRE_CHANNEL_BYTES, "", "");
}
