/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>

#define MAX_THREADS 16

struct job {
	void (*work)(void *arg);
	void *arg;
};

static void *run(void *arg)
{
	const struct job *job = arg;

	job->work(job->arg);
	return NULL;
}

static unsigned int cpus(void)
{
	cpu_set_t set;
	int n;

	/* Fails on a machine with more CPUs than a cpu_set_t has. */
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return MAX_THREADS;
	n = CPU_COUNT(&set);
	return n > MAX_THREADS ? MAX_THREADS : (unsigned int)n;
}

void parallel_run(void (*work)(void *arg), void *arg)
{
	struct job job = { work, arg };
	pthread_t thread[MAX_THREADS];
	unsigned int started = 0, wanted = cpus();
	sigset_t all, before;

	/* Signals are for the thread that the program began with. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started + 1 < wanted &&
	       pthread_create(&thread[started], NULL, run, &job) == 0)
		started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	work(arg);
	while (started > 0)
		pthread_join(thread[--started], NULL);
}
