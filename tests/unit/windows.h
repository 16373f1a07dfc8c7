/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Workers for tests of what init sees of them from outside. */
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/crew.h"

/* A worker that began a second ago and was seen to run at @last_ns. */
static inline void make_worker(struct worker *w, const struct work *work,
			       uint64_t now)
{
	*w = (struct worker){ .work = work, .started = true };
	CHECK_INT(crew_prepare(w, 1, 1), 0);
	w->started = true;
	w->shared->start_at_ns = now - NS_PER_SEC;
	atomic_store(&w->shared->last_ns, now);
}

/* A worker that is there, and sleeps. */
static inline pid_t begin_sleeper(struct worker *w, const struct work *work)
{
	pid_t pid = fork();

	if (pid == 0) {
		raise(SIGSTOP);
		_exit(0);
	}
	CHECK_INT(waitpid(pid, NULL, WUNTRACED), pid);
	make_worker(w, work, clock_now_ns());
	w->child.pid = pid;
	CHECK_INT(segment_open(&w->shared->segments), 0);
	w->segment_count = 1;
	CPU_SET(0, &w->segment[0].allowed);
	return pid;
}

static inline void end_sleeper(struct worker *w, struct windows *s)
{
	kill(w->child.pid, SIGKILL);
	waitpid(w->child.pid, NULL, 0);
	windows_free(s);
	crew_free(w, 1);
}
