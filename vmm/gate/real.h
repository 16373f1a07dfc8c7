/* SPDX-License-Identifier: GPL-2.0-or-later */
/* real.h - the functions of the C library that gate.c stands before. */
#pragma once

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static struct {
	int (*cond_wait)(pthread_cond_t *cond, pthread_mutex_t *lock);
	int (*cond_broadcast)(pthread_cond_t *cond);
	int (*mutex_lock)(pthread_mutex_t *lock);
	int (*mutex_unlock)(pthread_mutex_t *lock);
	int (*poll)(struct pollfd *fds, nfds_t count, const struct timespec *t,
		    const sigset_t *mask);
	int (*eventfd)(unsigned int value, int flags);
} real;

/* Without a version it would be that of another pthread_cond_t; that of
 * ThreadSanitizer has none and calls the right one. */
#ifdef __SANITIZE_THREAD__
#define WAIT_VERSION NULL
#else
#define WAIT_VERSION "GLIBC_2.3.2"
#endif

static void *find(const char *name, const char *version)
{
	void *f = version ? dlvsym(RTLD_NEXT, name, version) : NULL;

	return f ? f : dlsym(RTLD_NEXT, name);
}

/* Constructors of other libraries may call us before ours has run. */
static void resolve(void)
{
	real.cond_wait = find("pthread_cond_wait", WAIT_VERSION);
	real.cond_broadcast = find("pthread_cond_broadcast", WAIT_VERSION);
	real.poll = find("ppoll", NULL);
	real.eventfd = find("eventfd", NULL);
	real.mutex_lock = find("pthread_mutex_lock", NULL);
	real.mutex_unlock = find("pthread_mutex_unlock", NULL);
}
