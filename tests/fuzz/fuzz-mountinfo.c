/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/self/mountinfo, for locks and for cgroups; what stands behind the first
 * empty line is /proc/self/cgroup. A path that is found stays below its mount.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/holders.h"
#include "tools/sandbox/cgroup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_position(const char *mountinfo, const char *cgroup)
{
	struct cgroup_position where;
	struct why why = { .text = "" };

	if (cgroup_position_parse(mountinfo, cgroup, &where, &why) < 0) {
		if (!why.text[0])
			abort();
		return;
	}
	if (!where.mount || *where.path == '/' ||
	    (strncmp(where.path, "..", 2) == 0 &&
	     (!where.path[2] || where.path[2] == '/')))
		abort();
	cgroup_position_done(&where);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *cgroup;
	unsigned int major = 0, minor = 0;

	if (!text)
		return 0;
	if (lock_mount_parse(text, 24, &major, &minor) && !strstr(text, "24"))
		abort();
	cgroup = strstr(text, "\n\n");
	if (cgroup) {
		cgroup[1] = '\0';
		cgroup += 2;
	}
	check_position(text, cgroup ? cgroup : "0::/a/b\n");
	free(text);
	return 0;
}
