/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/steal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "vmm/guest/json.h"

uint64_t steal_ns(void)
{
	uint64_t tick_ns = 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);
	auto_fd int fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	char line[256];
	uint64_t ticks;

	/* The sums are the first line. */
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (n <= 0)
		return 0;
	line[n] = '\0';
	if (sscanf(line, "cpu %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &ticks) !=
	    1)
		return 0;
	return ticks * tick_ns;
}

int steal_send(struct channel *c, uint64_t begin_ns)
{
	struct str out = { 0 };

	json_open(&out, "steal");
	json_number(&out, "ns", steal_ns() - begin_ns);
	return channel_send(c, &out);
}
