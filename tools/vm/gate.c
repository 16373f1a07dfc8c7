/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/gate.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/msg.h"

#define LOSS "on a busy host equal runs may differ"

int gate_find(void)
{
	static const char *const places[] = { "ktstr-gate.so",
					      "../libexec/ktstr/ktstr-gate.so",
					      NULL };
	char self[PATH_MAX] = "";

	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash = n > 0 ? strrchr(self, '/') : NULL;
	if (slash)
		*slash = '\0';
	auto_fd int folder = open(slash ? self : ".", O_PATH | O_CLOEXEC);
	for (const char *const *place = places; *place; place++) {
		int fd = openat(folder, *place, O_RDONLY | O_CLOEXEC);

		if (fd >= 0)
			return fd;
	}
	return -1;
}

void gate_open(struct machine_config *c)
{
	if (c->clock != CLOCK_VIRTUAL)
		return;
	int fd = gate_find();
	if (fd >= 0)
		c->gate_fd = fd;
	else
		warn("ktstr-gate.so is neither beside this program nor in "
		     "../libexec/ktstr: " LOSS);
}

void gate_check(const struct machine_config *c, const struct machine_result *r)
{
	if (c->gate_fd && !r->gated)
		warn("QEMU does not load ktstr-gate.so: " LOSS);
	else if (c->gate_fd && r->errors && strstr(r->errors, "ktstr-gate:"))
		warn("QEMU's main loop did not rest for half a minute: " LOSS);
}
