/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "vmm/guest/scx.h"

/* What is above all cgroups of ours, and our root's name in it. */
static const char *above_root = "/sys/fs/cgroup";
static const char *root_name = "ktstr";

/* Has what is below our root the controller cpu? */
static bool has_cpu;

void cgroup_set_above(const char *folder)
{
	above_root = folder;
}

static int path_of(char *ret, const char *name, const char *file,
		   struct why *reterr_why)
{
	int n = snprintf(ret, PATH_MAX, "%s/%s/%s/%s", above_root, root_name,
			 name, file);

	if (n < 0 || n >= PATH_MAX)
		return why_set(reterr_why, -ENAMETOOLONG,
			       "the name of a cgroup is too long");
	return 0;
}

int cgroup_write(const char *name, const char *file, const char *text,
		 struct why *reterr_why)
{
	char path[PATH_MAX];
	int r = path_of(path, name, file, reterr_why);

	if (r < 0)
		return r;
	r = file_write_at(AT_FDCWD, path, text);
	if (r < 0)
		return why_set(reterr_why, r,
			       "cannot write '%s' to %s of cgroup '%s'", text,
			       file, name);
	return 0;
}

int cgroup_read(const char *name, const char *file, char **ret,
		struct why *reterr_why)
{
	char path[PATH_MAX];
	int r = path_of(path, name, file, reterr_why);

	if (r < 0)
		return r;
	r = file_read_at(AT_FDCWD, path, 8192, ret);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read %s of cgroup '%s'",
			       file, name);
	if (r > 0 && (*ret)[r - 1] == '\n')
		(*ret)[r - 1] = '\0';
	return 0;
}

/* A scheduler is asked for each cgroup, by ops.cgroup_init, and can say no. */
static int make_folder(const char *path, const char *name,
		       struct why *reterr_why)
{
	struct scx scx;

	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return 0;
	int error = errno;
	scx_read(SCX_ROOT, &scx);
	if (scx_is_attached(&scx))
		return why_set(reterr_why, -ECONNREFUSED,
			       "with the scheduler in charge cgroup '%s' "
			       "cannot be made: %s",
			       name, strerror(error));
	return why_set(reterr_why, -error, "cannot make '%s'", path);
}

/* What is in @folder shall have the controllers. */
static int pass_below(const char *folder, bool with_cpu, struct why *reterr_why)
{
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", folder);
	r = file_write_at(AT_FDCWD, path,
			  with_cpu ? "+cpuset +cpu" : "+cpuset");
	if (r < 0)
		return why_set(reterr_why, r,
			       "the kernel has no cgroup controller%s",
			       with_cpu ? "s cpuset and cpu" : " cpuset");
	return 0;
}

int cgroup_set_root(const char *path, bool with_cpu, struct why *reterr_why)
{
	static char above[PATH_MAX], root[NAME_MAX + 1];
	int r = 0;

	snprintf(above, sizeof(above), "%s", above_root);
	while (r == 0 && *path == '/') {
		size_t len = strcspn(path + 1, "/"), end = strlen(above);

		snprintf(root, sizeof(root), "%.*s", (int)len, path + 1);
		path += 1 + len;
		r = pass_below(above, with_cpu, reterr_why);
		snprintf(above + end, sizeof(above) - end, "/%s", root);
		if (r == 0)
			r = make_folder(above, root, reterr_why);
		if (r == 0 && !*path)
			above[end] = '\0';
	}
	above_root = above;
	root_name = root;
	return r;
}

int cgroup_init(bool with_cpu, struct why *reterr_why)
{
	char path[PATH_MAX];
	int r = pass_below(above_root, with_cpu, reterr_why);

	if (r < 0)
		return r;
	has_cpu = with_cpu;
	r = path_of(path, "", "", reterr_why);
	if (r == 0)
		r = make_folder(path, root_name, reterr_why);
	return r < 0 ? r : cgroup_pass_on("", true, reterr_why);
}

int cgroup_pass_on(const char *name, bool on, struct why *reterr_why)
{
	return cgroup_write(name, "cgroup.subtree_control",
			    on	      ? has_cpu ? "+cpuset +cpu" : "+cpuset"
			    : has_cpu ? "-cpuset -cpu"
				      : "-cpuset",
			    reterr_why);
}

int cgroup_make(const char *name, struct why *reterr_why)
{
	char path[PATH_MAX], above[PATH_MAX];
	int r = 0;

	for (const char *slash = strchr(name, '/'); r == 0 && slash;
	     slash = strchr(slash + 1, '/')) {
		snprintf(above, sizeof(above), "%.*s", (int)(slash - name),
			 name);
		r = path_of(path, above, "", reterr_why);
		if (r == 0)
			r = make_folder(path, above, reterr_why);
		if (r == 0)
			r = cgroup_pass_on(above, true, reterr_why);
	}
	if (r == 0)
		r = path_of(path, name, "", reterr_why);
	return r < 0 ? r : make_folder(path, name, reterr_why);
}

int cgroup_remove(const char *name, struct why *reterr_why)
{
	char path[PATH_MAX];
	int r = path_of(path, name, "", reterr_why);

	if (r < 0)
		return r;
	if (rmdir(path) < 0 && errno != ENOENT)
		return why_set(reterr_why, -errno, "cannot remove cgroup '%s'",
			       name);
	return 0;
}

int cgroup_open(const char *name)
{
	char path[PATH_MAX];
	int fd, r = path_of(path, name, "", NULL);

	if (r < 0)
		return r;
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int cgroup_attach(const char *name, pid_t pid, struct why *reterr_why)
{
	char text[16];
	int r;

	snprintf(text, sizeof(text), "%d", (int)pid);
	r = cgroup_write(name, "cgroup.procs", text, NULL);
	/* No pid in the sentence: it would differ between equal runs. */
	if (r < 0)
		return why_set(reterr_why, r,
			       "cannot put a worker into cgroup '%s'", name);
	return 0;
}

int cgroup_get_cpus(const char *name, cpu_set_t *ret, struct why *reterr_why)
{
	auto_free char *text = NULL;
	size_t at;
	int r = cgroup_read(name, "cpuset.cpus.effective", &text, reterr_why);

	if (r == 0)
		r = cpulist_parse(text, ret, &at);
	if (r < 0)
		return why_set(reterr_why, r,
			       "cannot read the CPUs of cgroup '%s'", name);
	return 0;
}

static int write_cpus(const char *name, const cpu_set_t *cpus,
		      struct why *reterr_why)
{
	auto_str struct str text = { 0 };

	cpulist_format(&text, cpus);
	/* An empty write(2) would do nothing. */
	str_add(&text, "\n");
	if (text.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return cgroup_write(name, "cpuset.cpus", text.text, reterr_why);
}

int cgroup_set_cpus(const char *name, const cpu_set_t *cpus,
		    struct why *reterr_why)
{
	char above[PATH_MAX];
	const char *slash = strrchr(name, '/');
	cpu_set_t set;
	int r;

	if (cpus)
		return write_cpus(name, cpus, reterr_why);
	CPU_ZERO(&set);
	r = write_cpus(name, &set, reterr_why);
	if (r != -ENOSPC)
		return r;
	/* The kernel takes no empty set where there are processes. */
	snprintf(above, sizeof(above), "%.*s", slash ? (int)(slash - name) : 0,
		 name);
	r = cgroup_get_cpus(above, &set, reterr_why);
	return r < 0 ? r : write_cpus(name, &set, reterr_why);
}
