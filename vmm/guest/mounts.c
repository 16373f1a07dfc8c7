/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/file.h"

static const struct {
	const char *type, *path, *data;
	bool may_fail;
} mount_table[] = {
	{ "proc", "/proc", NULL, false },
	{ "sysfs", "/sys", NULL, false },
	{ "devtmpfs", "/dev", NULL, false },
	{ "tmpfs", "/dev/shm", "mode=1777", false },
	{ "devpts", "/dev/pts", "mode=0620,ptmxmode=0666", true },
	{ "tmpfs", "/tmp", "mode=1777", false },
	{ "tmpfs", "/run", "mode=0755", false },
	{ "cgroup2", "/sys/fs/cgroup", NULL, false },
	{ "bpf", "/sys/fs/bpf", NULL, true },
	{ "debugfs", "/sys/kernel/debug", NULL, true },
	{ "tracefs", "/sys/kernel/tracing", NULL, true },
};

/* Shells and scripts count on them; devtmpfs does not make them. */
static int add_links(struct why *reterr_why)
{
	static const struct {
		const char *path, *target;
	} link[] = {
		{ "/dev/fd", "/proc/self/fd" },
		{ "/dev/stdin", "/proc/self/fd/0" },
		{ "/dev/stdout", "/proc/self/fd/1" },
		{ "/dev/stderr", "/proc/self/fd/2" },
	};

	for (size_t i = 0; i < sizeof(link) / sizeof(link[0]); i++) {
		if (symlink(link[i].target, link[i].path) < 0 &&
		    errno != EEXIST)
			return why_set(reterr_why, -errno, "cannot make '%s'",
				       link[i].path);
	}
	return 0;
}

int mounts_set_up(struct why *reterr_why)
{
	size_t n = sizeof(mount_table) / sizeof(mount_table[0]);

	/* The kernel makes it one that everybody may write to. */
	(void)chmod("/", 0755);
	for (size_t i = 0; i < n; i++) {
		/* Below sysfs the kernel makes the folder, or there is none. */
		(void)mkdir(mount_table[i].path, 0755);
		if (mount(mount_table[i].type, mount_table[i].path,
			  mount_table[i].type, MS_NOSUID,
			  mount_table[i].data) == 0 ||
		    mount_table[i].may_fail || errno == EBUSY)
			continue;
		if (errno == ENODEV)
			return why_set(reterr_why, -ENOTSUP,
				       "this kernel has no file system '%s'",
				       mount_table[i].type);
		return why_set(reterr_why, -errno, "cannot mount %s on '%s'",
			       mount_table[i].type, mount_table[i].path);
	}
	return add_links(reterr_why);
}

int mounts_settings(struct why *reterr_why)
{
	static const struct {
		const char *path, *value, *option;
	} setting[] = {
		{ "/proc/sys/kernel/sched_schedstats", "1", "SCHEDSTATS" },
		{ "/proc/sys/kernel/sched_rt_runtime_us", "-1", "SYSCTL" },
	};
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	/* Three for each worker of a pair, and a test may have thousands. */
	const struct rlimit files = { 65536, 65536 };

	for (size_t i = 0; i < sizeof(setting) / sizeof(setting[0]); i++) {
		int r = file_write_at(AT_FDCWD, setting[i].path,
				      setting[i].value);

		if (r == -ENOENT)
			return why_set(reterr_why, -ENOSYS,
				       "this kernel has no '%s' (CONFIG_%s)",
				       setting[i].path, setting[i].option);
		if (r < 0)
			return why_set(reterr_why, r, "cannot set '%s'",
				       setting[i].path);
	}
	if (setrlimit(RLIMIT_MEMLOCK, &all) < 0)
		return why_set(reterr_why, -errno,
			       "cannot lift the limit of locked memory");
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		return why_set(reterr_why, -errno,
			       "cannot lift the limit of open files");
	return 0;
}
