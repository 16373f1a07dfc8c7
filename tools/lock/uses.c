/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lock/uses.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/lockfile.h"

void uses_read(const struct lock_table *table, const struct lock_id *id,
	       struct uses *ret)
{
	*ret = (struct uses){ 0 };
	for (size_t i = 0; i < table->count; i++) {
		const struct lock_line *line = &table->line[i];

		if (!line->by_file || !lock_line_is_of(line, id))
			continue;
		for (uint64_t at = line->first;
		     at <= line->last && at < USES_END; at++) {
			if (at >= USES_ALONE)
				CPU_SET(at - USES_ALONE, &ret->alone);
			else if (at >= USES_WINDOW)
				CPU_SET(at - USES_WINDOW, &ret->windowed);
			else
				ret->users[at]++;
		}
	}
}

/* Lock a byte of @part for each of @set; @reterr_at is the one that failed. */
static int mark(int fd, enum uses_part part, const cpu_set_t *set,
		int *reterr_at)
{
	for (int i = 0; i < CPU_SETSIZE; i++) {
		struct flock range = {
			.l_type = part == USES_CPU ? F_RDLCK : F_WRLCK,
			.l_whence = SEEK_SET,
			.l_start = (off_t)part + i,
			.l_len = 1,
		};

		if (!CPU_ISSET(i, set))
			continue;
		if (fcntl(fd, F_OFD_SETLK, &range) < 0) {
			*reterr_at = i;
			return errno == EACCES ? -EAGAIN : -errno;
		}
	}
	return 0;
}

/* The same file once more, for writing: a write lock needs that. */
static int open_again(int fd, struct why *reterr_why)
{
	char path[64];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	/* Without O_NONBLOCK its owner could let us wait, by a lease. */
	again = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (again < 0) {
		int err = errno == EWOULDBLOCK ? EBUSY : errno;

		return why_set(reterr_why, -err,
			       "cannot open lock file '%s' for writing: %s",
			       USES_FILE, strerror(err));
	}
	return again;
}

int uses_take(int folder, const struct plan *plan, int *reterr_cpu,
	      struct why *reterr_why)
{
	auto_fd int first = lock_file_open(folder, USES_FILE, /* create */ true,
					   reterr_why);
	auto_fd int again = -1;
	int fd = first, r, at = -1;

	if (first >= 0 && plan->kind != PLAN_SHARED)
		fd = again = open_again(first, reterr_why);
	if (fd < 0)
		return fd;
	r = mark(fd, USES_CPU, &plan->cpus, &at);
	if (r == 0 && plan->kind == PLAN_WINDOW)
		r = mark(fd, USES_WINDOW, &plan->cpus, &at);
	if (r == 0)
		r = mark(fd, USES_ALONE, &plan->alone, &at);
	*reterr_cpu = plan->kind == PLAN_WINDOW ? at : -1;
	if (r < 0)
		return why_set(reterr_why, r, "cannot lock '%s': %s", USES_FILE,
			       strerror(-r));
	return fd == first ? take_fd(first) : take_fd(again);
}

int uses_wait(int folder, unsigned int byte, uint64_t wait_ns,
	      struct why *reterr_why)
{
	auto_fd int fd = lock_file_open(folder, USES_FILE, /* create */ true,
					reterr_why);
	int r = fd < 0 ? fd : lock_byte_wait(fd, byte, wait_ns);

	if (fd >= 0 && r < 0 && r != -EWOULDBLOCK)
		why_set(reterr_why, r, "cannot wait for a lock on '%s': %s",
			USES_FILE, strerror(-r));
	return r;
}

static int by_pid(const void *left, const void *right)
{
	const struct uses_holder *a = left, *b = right;

	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

/**
 * struct found - what a walk through /proc collects
 */
struct found {
	struct uses_holder *holder;
	size_t count, room;
};

static void add(void *arg, pid_t pid, const struct lock_line *line)
{
	struct found *f = arg;

	if (!line->by_file)
		return;
	if (f->count == f->room) {
		size_t room = f->room ? 2 * f->room : 16;
		void *more = reallocarray(f->holder, room, sizeof(*f->holder));

		if (!more)
			return;
		f->holder = more;
		f->room = room;
	}
	f->holder[f->count++] = (struct uses_holder){
		.pid = pid,
		.first = line->first,
		.last = line->last,
	};
}

size_t uses_holders(int fd, struct uses_holder **ret)
{
	struct found f = { 0 };

	holders_walk(fd, add, &f);
	if (f.count > 0)
		qsort(f.holder, f.count, sizeof(*f.holder), by_pid);
	*ret = f.holder;
	return f.count;
}
