/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a cgroup, with all that is in it and below. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/sandbox/cgroup.h"
#include "tools/sandbox/timed.h"

#define REMOVE_TRIES	20
#define REMOVE_PAUSE_MS 100
#define LIST_BYTES_MAX	(4 << 20)
#define CONTROL		"cgroup.subtree_control"

/* A threaded group has no cgroup.kill, nor has a kernel before 5.14. */
static void kill_each(int fd)
{
	auto_free char *text = NULL;
	char *end;

	if (file_read_at(fd, "cgroup.threads", LIST_BYTES_MAX, &text) < 0)
		return;
	/* 0: not in our PID namespace. A thread's number stands for all. */
	for (char *p = text; *p; p = end + strspn(end, "\n")) {
		long pid = strtol(p, &end, 10);

		if (end == p)
			return;
		if (pid > 1 && pid != getpid())
			(void)kill((pid_t)pid, SIGKILL);
	}
}

static bool is_folder(const struct dirent *e)
{
	return e->d_type == DT_DIR && strcmp(e->d_name, ".") != 0 &&
	       strcmp(e->d_name, "..") != 0;
}

/* Call @visit for each group in @fd, until one call is not 0. */
static int each_child(int fd, int (*visit)(int parent, const char *name))
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	int r = 0;

	if (!folder) {
		if (copy >= 0)
			(void)close(copy);
		return 0;
	}
	while (r == 0 && (e = readdir(folder))) {
		if (is_folder(e))
			r = visit(fd, e->d_name);
	}
	closedir(folder);
	return r;
}

/* What the work made below: killed and removed, the deepest first. */
static int empty(int parent, const char *name)
{
	auto_fd int fd = openat(
		parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return 0;
	kill_each(fd);
	(void)each_child(fd, empty);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
	return 0;
}

static void kill_all(int fd)
{
	if (timed_write_at(fd, "cgroup.kill", "1") < 0)
		kill_each(fd);
	(void)each_child(fd, empty);
}

/* rmdir, once the last process is really gone; its end is an event. */
static int remove_folder(const struct place *p)
{
	auto_fd int events =
		openat(p->fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd change = { .fd = events, .events = POLLPRI };

	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (i > 0)
			kill_all(p->fd);
		if (unlinkat(p->parent, p->name, AT_REMOVEDIR) == 0 ||
		    errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
		(void)poll(&change, 1, i > 0 ? REMOVE_PAUSE_MS : 0);
	}
	return -EBUSY;
}

static int found(int parent, const char *name)
{
	(void)parent;
	(void)name;
	return 1;
}

/* A group that passes cpuset on and has processes is a thread root, where no
 * plain groups can be. One without groups in it is put back as it was. */
static void pass_off(const struct place *p)
{
	if (!place_lock(p->parent))
		return;
	if (each_child(p->parent, found) == 0) {
		if (p->passed_on)
			(void)timed_write_at(p->parent, CONTROL, "-cpuset");
		if (p->passed_cpu)
			(void)timed_write_at(p->parent, CONTROL, "-cpu");
	}
	(void)flock(p->parent, LOCK_UN);
}

int place_remove(struct place *p)
{
	int r;

	if (p->parent < 0)
		return 0;
	r = remove_folder(p);
	if (r == 0 && (p->passed_on || p->passed_cpu))
		pass_off(p);
	if (p->fd >= 0)
		(void)close(p->fd);
	(void)close(p->parent);
	*p = (struct place)PLACE_EMPTY;
	return r;
}
