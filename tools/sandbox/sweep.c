/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cgroups whose makers were killed: which they are, and their end. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/sandbox/cgroup.h"

#define PREFIX	       "ktstr-sandbox-"
#define START_TIME     22 /* field of /proc/PID/stat, from 1; proc(5) */
#define STAT_BYTES_MAX 4096

/* Who made a cgroup. */
struct maker {
	int pid;
	uint64_t start, namespace;
};

/* The start time of process @pid ("self" too). */
static int start_of(const char *pid, uint64_t *ret)
{
	auto_free char *text = NULL;
	char path[64];
	const char *at;
	int r;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	r = file_read_at(AT_FDCWD, path, STAT_BYTES_MAX, &text);
	if (r < 0)
		return r;
	/* The second field is a name that may hold anything, ")" too. */
	at = strrchr(text, ')');
	for (int field = 2; at && field < START_TIME; field++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at && sscanf(at, "%" SCNu64, ret) == 1 ? 0 : -ENODATA;
}

static int own_maker(struct maker *ret)
{
	char pid[32] = "";
	struct stat ns;
	int r;

	/* Of /proc, not of getpid(): the two differ in a PID namespace that
	 * sees the /proc of another, and others will look in /proc. */
	if (readlink("/proc/self", pid, sizeof(pid) - 1) < 0 ||
	    sscanf(pid, "%d", &ret->pid) != 1)
		return -ENODATA;
	/* A kernel without namespaces has one for all, whose number is 0. */
	ret->namespace =
		stat("/proc/self/ns/pid", &ns) < 0 ? 0 : (uint64_t)ns.st_ino;
	r = start_of("self", &ret->start);
	return r;
}

int place_name(char *ret, size_t room)
{
	struct maker self;
	int r = own_maker(&self);

	if (r < 0)
		return r;
	snprintf(ret, room, PREFIX "%d-%" PRIu64 "-%" PRIu64, self.pid,
		 self.start, self.namespace);
	return 0;
}

static bool parse_name(const char *name, struct maker *ret)
{
	int end = 0;

	return sscanf(name, PREFIX "%d-%" SCNu64 "-%" SCNu64 "%n", &ret->pid,
		      &ret->start, &ret->namespace, &end) == 3 &&
	       name[end] == '\0';
}

static bool is_dead(const struct maker *maker, const struct maker *self, int fd)
{
	char pid[32];
	uint64_t start;
	int r;

	if (maker->namespace != self->namespace) {
		return flock(fd, LOCK_EX | LOCK_NB) == 0;
	}
	snprintf(pid, sizeof(pid), "%d", maker->pid);
	r = start_of(pid, &start);
	if (r == 0)
		return start != maker->start;
	return r == -ENOENT || r == -ESRCH;
}

static unsigned int sweep_one(int parent, const char *name,
			      const struct maker *self)
{
	struct place p = PLACE_EMPTY;
	struct maker maker;

	if (!parse_name(name, &maker))
		return 0;
	auto_fd int fd = openat(
		parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || !is_dead(&maker, self, fd))
		return 0;
	p.fd = take_fd(fd);
	p.parent = fcntl(parent, F_DUPFD_CLOEXEC, 3);
	snprintf(p.name, sizeof(p.name), "%s", name);
	return place_remove(&p) < 0;
}

unsigned int place_sweep(int parent)
{
	unsigned int left = 0;
	struct dirent *entry;
	struct maker self;
	DIR *folder;
	int fd;

	if (own_maker(&self) < 0)
		return 0;
	fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	folder = fdopendir(fd);
	if (!folder) {
		(void)close(fd);
		return 0;
	}
	while ((entry = readdir(folder)))
		left += sweep_one(parent, entry->d_name, &self);
	closedir(folder);
	return left;
}
