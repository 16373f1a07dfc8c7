/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/sysfs.h"

#include <stdarg.h>
#include <stdio.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"

/* A list of 512 CPUs, each named alone, has 2 KiB. */
#define LINE_MAX_BYTES 8192

struct sysfs_path sysfs_path(const char *fmt, ...)
{
	struct sysfs_path path;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path.text, sizeof(path.text), fmt, ap);
	va_end(ap);
	return path;
}

int sysfs_line(int root, const char *path, char **ret)
{
	int len = file_read_at(root, path, LINE_MAX_BYTES, ret);

	if (len > 0 && (*ret)[len - 1] == '\n')
		(*ret)[len - 1] = '\0';
	return len < 0 ? len : 0;
}

int sysfs_number(int root, const char *path, uint64_t *ret)
{
	auto_free char *text = NULL;
	int r = sysfs_line(root, path, &text);

	return r < 0 ? r : num_parse(text, 0, UINT64_MAX, ret);
}

int sysfs_cpus(int root, const char *path, cpu_set_t *ret,
	       struct why *reterr_why)
{
	auto_free char *text = NULL;
	size_t at;
	int r = sysfs_line(root, path, &text);

	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s'", path);
	r = cpulist_parse(text, ret, &at);
	if (r < 0)
		return why_set(reterr_why, r, "'%s' holds no list of CPUs",
			       path);
	return 0;
}
