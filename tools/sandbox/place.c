/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Make a cgroup with a cpuset where cgroup v2 allows one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "tools/sandbox/cgroup.h"
#include "tools/sandbox/timed.h"

#define FILE_BYTES_MAX 65536

static const char *const kind_names[] = {
	[PLACE_MADE] = "made",
	[PLACE_NO_CGROUP2] = "no-cgroup-v2",
	[PLACE_NO_CPUSET] = "no-cpuset-controller",
	[PLACE_SUBTREE_REFUSED] = "subtree-control-refused",
	[PLACE_PERMISSION_DENIED] = "permission-denied",
	[PLACE_REFUSED] = "placement-refused",
	[PLACE_DIFFERS] = "cpuset-differs",
};

const char *place_kind_name(enum place_kind kind)
{
	return kind_names[kind];
}

/* The kind for a failed step: no permission, or @other. */
static enum place_kind kind_of(int error, enum place_kind other)
{
	bool denied = error == -EACCES || error == -EPERM || error == -EROFS;

	return denied ? PLACE_PERMISSION_DENIED : other;
}

/* Is @word one of the words in file @name of @dir? */
static bool has_word(int dir, const char *name, const char *word)
{
	auto_free char *text = NULL;
	size_t len = strlen(word);

	if (file_read_at(dir, name, FILE_BYTES_MAX, &text) < 0)
		return false;
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, " \n");

		if (n == len && strncmp(p, word, n) == 0)
			return true;
		p += n + (p[n] != '\0');
	}
	return false;
}

bool place_lock(int fd)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	for (int i = 0; i < 100; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return false;
}

static enum place_kind pass_cpuset_on(struct place *p, const char *path,
				      struct why *reterr_why)
{
	int r;

	if (has_word(p->parent, "cgroup.subtree_control", "cpuset"))
		return PLACE_MADE;
	r = timed_write_at(p->parent, "cgroup.subtree_control", "+cpuset");
	if (r == 0) {
		p->passed_on = true;
		return PLACE_MADE;
	}
	why_set(reterr_why, r, "cannot pass cpuset on in '%s': %s", path,
		strerror(-r));
	return kind_of(r, PLACE_SUBTREE_REFUSED);
}

/* A file to read back that is missing counts as equal: nothing is verified. */
static enum place_kind check_list(int fd, const char *effective,
				  const cpu_set_t *want, struct why *reterr_why)
{
	auto_str struct str text = { 0 };
	auto_free char *have_text = NULL;
	cpu_set_t have;
	size_t wrong;

	if (file_read_at(fd, effective, FILE_BYTES_MAX, &have_text) < 0 ||
	    cpulist_parse(have_text, &have, &wrong) < 0 ||
	    CPU_EQUAL(&have, want))
		return PLACE_MADE;
	cpulist_format(&text, want);
	have_text[strcspn(have_text, "\n")] = '\0';
	why_set(reterr_why, -EINVAL, "%s is '%s', not '%s'", effective,
		have_text, str_text(&text));
	return PLACE_DIFFERS;
}

enum place_kind place_check(const struct place *p,
			    const struct place_want *want,
			    struct why *reterr_why)
{
	enum place_kind kind = check_list(p->fd, "cpuset.cpus.effective",
					  &want->cpus, reterr_why);

	if (kind == PLACE_MADE && CPU_COUNT(&want->mems) > 0)
		kind = check_list(p->fd, "cpuset.mems.effective", &want->mems,
				  reterr_why);
	return kind;
}

static enum place_kind write_list(int fd, const char *name,
				  const cpu_set_t *want, struct why *reterr_why)
{
	auto_str struct str text = { 0 };
	int r;

	cpulist_format(&text, want);
	r = timed_write_at(fd, name, str_text(&text));
	if (r == 0)
		return PLACE_MADE;
	why_set(reterr_why, r, "cannot write '%s' to %s: %s", str_text(&text),
		name, strerror(-r));
	return kind_of(r, PLACE_REFUSED);
}

static enum place_kind be_threaded(const struct place *p, const char *path,
				   struct why *reterr_why)
{
	int r = timed_write_at(p->fd, "cgroup.type", "threaded");

	if (r == 0)
		return PLACE_MADE;
	why_set(reterr_why, r, "cannot have threaded groups in '%s': %s", path,
		strerror(-r));
	return kind_of(r, PLACE_REFUSED);
}

static enum place_kind move_process(const struct place *p, pid_t pid,
				    struct why *reterr_why)
{
	char text[32];
	int r;

	snprintf(text, sizeof(text), "%d", pid);
	r = timed_write_at(p->fd, "cgroup.procs", text);
	if (r == 0)
		return PLACE_MADE;
	why_set(reterr_why, r, "cannot move into cgroup '%s': %s", p->name,
		strerror(-r));
	return kind_of(r, PLACE_REFUSED);
}

/* CPUs before nodes, and the process last: it never runs elsewhere. */
static enum place_kind set_up(struct place *p, const char *path, bool threaded,
			      const struct place_want *want,
			      struct why *reterr_why)
{
	enum place_kind kind = PLACE_MADE;

	/* Beside a threaded group there can be none but threaded ones. */
	if (threaded || has_word(p->fd, "cgroup.type", "invalid"))
		kind = be_threaded(p, path, reterr_why);
	if (kind == PLACE_MADE && threaded)
		kind = pass_cpuset_on(p, path, reterr_why);
	if (kind == PLACE_MADE)
		kind = write_list(p->fd, "cpuset.cpus", &want->cpus,
				  reterr_why);
	if (kind == PLACE_MADE && CPU_COUNT(&want->mems) > 0)
		kind = write_list(p->fd, "cpuset.mems", &want->mems,
				  reterr_why);
	if (kind == PLACE_MADE)
		kind = place_check(p, want, reterr_why);
	if (kind == PLACE_MADE)
		kind = move_process(p, want->pid, reterr_why);
	return kind;
}

/* The folder of @p, with its lock, in @p->parent. Return: 0 or -errno. */
static int make_folder(struct place *p)
{
	int r = place_name(p->name, sizeof(p->name));
	bool alone;

	if (r < 0)
		return r;
	alone = place_lock(p->parent);
	if (alone)
		(void)place_sweep(p->parent); /* what cannot go now may later */
	if (mkdirat(p->parent, p->name, 0755) < 0)
		r = -errno;
	if (r == 0) {
		p->fd = openat(p->parent, p->name,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		(void)flock(p->fd, LOCK_EX | LOCK_NB);
	}
	if (alone)
		(void)flock(p->parent, LOCK_UN);
	return r;
}

static enum place_kind make_in(const char *path, bool threaded,
			       const struct place_want *want, struct place *ret,
			       struct why *reterr_why)
{
	struct place p = PLACE_EMPTY;
	enum place_kind kind = PLACE_MADE;
	int r;

	auto_fd int parent = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0) {
		r = why_set(reterr_why, -errno, "cannot open '%s': %s", path,
			    strerror(errno));
		return kind_of(r, PLACE_NO_CGROUP2);
	}
	if (!has_word(parent, "cgroup.controllers", "cpuset")) {
		why_set(reterr_why, -ENOENT, "'%s' has no cpuset", path);
		return PLACE_NO_CPUSET;
	}
	p.parent = parent;
	if (!threaded)
		kind = pass_cpuset_on(&p, path, reterr_why);
	if (kind != PLACE_MADE)
		return kind;
	r = make_folder(&p);
	if (r < 0) {
		why_set(reterr_why, r, "cannot make a cgroup in '%s': %s", path,
			strerror(-r));
		return kind_of(r, PLACE_REFUSED);
	}
	(void)take_fd(parent); /* it is p's now */
	kind = set_up(&p, path, threaded, want, reterr_why);
	if (kind == PLACE_MADE)
		*ret = p;
	else
		(void)place_remove(&p);
	return kind;
}

/* The root of the hierarchy, alone, has no type. */
static bool is_root(const char *path)
{
	auto_fd int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && faccessat(fd, "cgroup.type", F_OK, 0) < 0;
}

/* Where a killed sandbox may have left a group, whether we can use it or not.
 */
static void sweep(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && place_lock(fd))
		(void)place_sweep(fd);
}

/* A group that owns its CPUs would lose them to one beside it that wants them.
 */
static bool is_partition(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && (has_word(fd, "cpuset.cpus.partition", "root") ||
			   has_word(fd, "cpuset.cpus.partition", "isolated"));
}

enum place_kind place_make(const struct cgroup_position *where,
			   const struct place_want *want, struct place *ret,
			   struct why *reterr_why)
{
	auto_free char *own = NULL;
	auto_free char *above = NULL;
	struct why beside = { .text = "" };
	enum place_kind first = PLACE_NO_CPUSET, kind;
	char *slash;

	if (asprintf(&own, "%s%s%s", where->mount, *where->path ? "/" : "",
		     where->path) < 0)
		own = NULL;
	above = own ? strdup(own) : NULL;
	if (!above) {
		why_set(reterr_why, -ENOMEM, "out of memory");
		return PLACE_REFUSED;
	}
	if (!*where->path && is_root(own))
		return make_in(own, /* threaded */ false, want, ret,
			       reterr_why);
	slash = strrchr(above, '/');
	if (*where->path && slash && !is_partition(own)) {
		*slash = '\0';
		sweep(own);
		first = make_in(above, /* threaded */ false, want, ret,
				&beside);
		if (first == PLACE_MADE)
			return first;
		detail("not beside our cgroup: %s", beside.text);
	}
	kind = make_in(own, /* threaded */ true, want, ret, reterr_why);
	if (kind != PLACE_NO_CPUSET || first == PLACE_NO_CPUSET)
		return kind;
	/* Our group has none because its parent does not pass it on. */
	*reterr_why = beside;
	return first;
}
