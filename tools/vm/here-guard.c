/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/here-guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/msg.h"
#include "tools/sandbox/cgroup.h"
#include "tools/sandbox/timed.h"
#include "tools/vm/here-journal.h"

#define LIST_MAX 65536
#define CONTROL	 "cgroup.subtree_control"

/* Is @word among the words of that file? */
static bool lists(int folder, const char *file, const char *word)
{
	auto_free char *text = NULL;
	char *rest, *one;

	if (file_read_at(folder, file, LIST_MAX, &text) < 0)
		return false;
	for (rest = text; (one = strsep(&rest, " \n"));) {
		if (strcmp(one, word) == 0)
			return true;
	}
	return false;
}

char *here_guard_mount(bool with_cpu)
{
	struct cgroup_position where;
	struct why why;
	char *mount;

	if (geteuid() != 0)
		die(EX_SKIP, "host: needs root, for cgroups, real-time "
			     "priority and policies of workers");
	if (cgroup_position_read(&where, &why) < 0)
		die(why_code(why.error, EX_SKIP), "host: needs cgroup v2: %s",
		    why.text);
	mount = strdup(where.mount);
	cgroup_position_done(&where);
	auto_fd int fd =
		open(mount ? mount : "", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!lists(fd, "cgroup.controllers", "cpuset"))
		die(EX_SKIP,
		    "host: '%s' has no controller cpuset; with cgroup v1 "
		    "beside it, the kernel's word "
		    "cgroup_no_v1=cpuset,cpu gives it back",
		    mount);
	if (with_cpu && !lists(fd, "cgroup.controllers", "cpu"))
		die(EX_SKIP,
		    "host: '%s' has no controller cpu, and the test does not "
		    "say \"cpu-controller = no\"",
		    mount);
	return mount;
}

/* The folder, with its lock, swept of what others have left. */
static int make_folder(struct place *p)
{
	int r = place_name(p->name, sizeof(p->name));
	bool alone;

	if (r < 0)
		return r;
	alone = place_lock(p->parent);
	if (alone)
		(void)place_sweep(p->parent);
	if (mkdirat(p->parent, p->name, 0755) < 0)
		r = -errno;
	if (r == 0)
		p->fd = openat(p->parent, p->name,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r == 0 && p->fd < 0)
		r = -errno;
	if (r == 0)
		(void)flock(p->fd, LOCK_EX | LOCK_NB);
	if (alone)
		(void)flock(p->parent, LOCK_UN);
	return r;
}

static int make(struct place *p, const char *mount, bool with_cpu)
{
	const char *both = with_cpu ? "+cpuset +cpu" : "+cpuset";
	int r = 0;

	p->parent = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->parent < 0)
		return -errno;
	r = make_folder(p);
	if (r == 0) {
		p->passed_on = !lists(p->parent, CONTROL, "cpuset");
		p->passed_cpu = with_cpu && !lists(p->parent, CONTROL, "cpu");
		r = timed_write_at(p->parent, CONTROL, both);
	}
	if (r == 0)
		r = timed_write_at(p->fd, CONTROL, both);
	if (r == 0 && mkdirat(p->fd, "engine", 0755) < 0)
		r = -errno;
	return r;
}

/* No terminal and nobody's signal ends it; it holds nobody's pipes open. */
static void detach(void)
{
	sigset_t all;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	prctl(PR_SET_NAME, "ktstr-guard");
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (int i = 0; null >= 0 && i < 3; i++)
		(void)dup2(null, i);
}

/* @why: of a sysctl; else the cgroup could not be made. */
struct answer {
	int error;
	char name[NAME_MAX + 1];
	struct why why;
};

static noreturn void guard(const struct here_wish *wish, int alive, int report)
{
	struct place p = PLACE_EMPTY;
	struct answer a = { 0 };
	struct here_journal journal = HERE_JOURNAL_NONE;
	struct why why;
	char byte;
	int r;

	detach();
	a.error = make(&p, wish->mount, wish->with_cpu);
	memcpy(a.name, p.name, sizeof(a.name));
	if (a.error == 0)
		a.error = here_journal_begin(&journal, wish->sysctl, &a.why);
	if (write(report, &a, sizeof(a)) == (ssize_t)sizeof(a) && a.error == 0)
		while (read(alive, &byte, 1) < 0 && errno == EINTR)
			;
	r = here_journal_end(&journal, &why);
	_exit(place_remove(&p) < 0 || r < 0 ? 1 : 0);
}

void here_guard_begin(struct here_guard *g, const struct here_wish *wish)
{
	struct answer a = { .error = -EPIPE };
	int alive[2], report[2];

	if (pipe2(alive, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0)
		die(EX_BROKEN, "cannot make a pipe: %m");
	g->pid = fork();
	if (g->pid < 0)
		die(EX_BROKEN, "cannot fork: %m");
	if (g->pid == 0) {
		close(alive[1]);
		close(report[0]);
		guard(wish, alive[0], report[1]);
	}
	close(alive[0]);
	close(report[1]);
	if (read(report[0], &a, sizeof(a)) != (ssize_t)sizeof(a))
		a.error = -EPIPE;
	close(report[0]);
	if (a.error < 0) {
		(void)waitpid(g->pid, NULL, 0);
		if (*a.why.text)
			die(why_code(a.why.error, EX_SKIP), "host: %s",
			    a.why.text);
		die(EX_SKIP,
		    "host: cannot make a cgroup with controllers in '%s': %s",
		    wish->mount, strerror(-a.error));
	}
	g->alive = alive[1];
	if (asprintf(&g->path, "%s/%s", wish->mount, a.name) < 0)
		die(EX_BROKEN, "out of memory");
}

bool here_guard_end(struct here_guard *g)
{
	int status = 1;

	close(g->alive);
	while (waitpid(g->pid, &status, 0) < 0 && errno == EINTR)
		;
	free(g->path);
	return status == 0;
}
