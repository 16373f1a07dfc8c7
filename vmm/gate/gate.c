/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gate.c - QEMU's main loop and its virtual CPUs run by turns, never at once.
 *
 * A shared object that QEMU is started with (LD_PRELOAD) under the virtual
 * clock. With -icount all CPUs run on one thread, and the main loop has two
 * duties that the guest can see: it carries out stops, and when all CPUs rest
 * it moves the clock to the next timer (icount_start_warp_timer() in
 * softmmu/icount.c of QEMU 7.2). It does the latter whenever it is awake, and
 * each timer of the guest wakes it. When that falls into the moment in which
 * the last CPU has come to rest, but its thread has not yet counted the
 * instructions of that turn, the clock moves too far, and the order of the CPUs
 * is another. On a busy host that happens now and then. Besides, a timer of the
 * host's time cuts turns short while it is armed (icount_get_limit()).
 *
 * So three rules are laid on two threads. They are told by what they wait on:
 * the main loop is the first thread of the process, and waits in ppoll(); that
 * of the CPUs is the other one that waits with QEMU's big lock.
 *
 * - What the CPUs' thread says to event loops is kept back until it rests.
 * - The main loop comes out of ppoll() only while the CPUs' thread rests.
 * - The CPUs' thread goes on only while the main loop waits, without a
 * time-out: then no timer of the host's time is armed.
 *
 * Where the CPUs never rest, the main loop is given a turn after so many
 * timers. All of that depends on nothing but the guest.
 *
 * Every wait here has an end: then QEMU runs as it does without us.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/gate/real.h"
#include "vmm/gate/stop.h"
#include "vmm/gate/tcg.h"
#include "vmm/gate/wait.h"

#define FDS_MAX	  1024
#define LOCKS_MAX 32

/* Words to event loops that are kept back before the main loop has its turn:
 * three for each timer, which is 40 ms of the turn timer of vmm/guest/ports.h.
 */
#define KEPT_MAX 1024

/*
 * Longest times of the host that anybody waits for the other. They are for what
 * we do not foresee, and more than an overloaded host takes: whatever they end
 * depends on the host. A guest that boots works for seconds without a rest, a
 * timer of QEMU's monitor runs for one; and a machine that hangs is killed.
 */
#define KEPT_S 60  /* words, where CPUs have few timers and do not rest */
#define MAIN_S 30  /* the CPUs, for the main loop */
#define CPUS_S 600 /* the main loop, for the CPUs */

/*
 * Of the main thread: it has the big lock. Then it is at work, a stop for
 * example, and polls for what that takes: the CPUs' thread may want the lock,
 * and would not rest before the main loop lets go of it.
 */
static __thread bool holds;

/* The locks that the main thread has waited with; one of them is the big one.
 */
static _Atomic(pthread_mutex_t *) locks[LOCKS_MAX];
static _Atomic(pthread_mutex_t *) big_lock;

static atomic_bool is_event[FDS_MAX], is_mains[FDS_MAX];
static atomic_bool main_rests, cpus_rest;

/* Of the CPUs' thread: descriptors that it has written to, as it believes. */
static bool is_kept[FDS_MAX];
static int kept[FDS_MAX];
static unsigned int kept_fds, kept_words;
static int64_t kept_since;

__attribute__((constructor)) static void begin(void)
{
	const char *mode = getenv("KTSTR_GATE");

	resolve();
	role = ROLE_MAIN;
	stop.on = mode && strcmp(mode, "stops") == 0;
}

/* Say what was kept back. Return: was something for the main loop? */
static bool say_kept(void)
{
	const uint64_t one = 1;
	bool mains = false;

	for (unsigned int i = 0; i < kept_fds; i++) {
		is_kept[kept[i]] = false;
		mains |= atomic_load(&is_mains[kept[i]]);
		(void)!syscall(SYS_write, kept[i], &one, sizeof(one));
	}
	kept_fds = 0;
	kept_words = 0;
	return mains;
}

/* From now on QEMU runs as without us; tools/vm/gate.c looks for the word. */
static void give_up(const char *who)
{
	if (!atomic_exchange(&off, true))
		dprintf(STDERR_FILENO, "ktstr-gate: %s not come to rest\n",
			who);
	tell();
}

/* The CPUs go on. Both set their own flag before they look at the other's, so
 * they never go on together. @lock is free meanwhile, or NULL. */
static void leave_rest(pthread_mutex_t *lock)
{
	for (;;) {
		atomic_store(&cpus_rest, false);
		if (atomic_load(&main_rests) || atomic_load(&off))
			return;
		set(&cpus_rest, true);
		if (lock)
			real.mutex_unlock(lock);
		if (!await(&main_rests, 0, MAIN_S))
			give_up("the main loop does");
		if (lock)
			real.mutex_lock(lock);
	}
}

/* The main loop's turn, while the CPUs could run. */
static void hand_over(void)
{
	unsigned int round = atomic_load(&rounds);

	set(&cpus_rest, true);
	if (say_kept() && !await(NULL, round, MAIN_S))
		give_up("the main loop does");
	leave_rest(NULL);
}

/* A CPU is at a breakpoint: the main loop begins to stop the machine. The
 * thread has the big lock. */
static void ask_to_stop(int fd)
{
	const uint64_t one = 1;
	unsigned int round = atomic_load(&rounds);
	pthread_mutex_t *lock = atomic_load(&big_lock);

	set(&cpus_rest, true);
	(void)!syscall(SYS_write, fd, &one, sizeof(one));
	real.mutex_unlock(lock);
	if (!await(NULL, round, MAIN_S))
		give_up("the main loop does");
	stop.stopping = atomic_load(&stop.pauses);
	leave_rest(NULL);
	real.mutex_lock(lock);
}

/* All CPUs stand, however long a debugger takes. */
static void stand(void)
{
	set(&cpus_rest, true);
	while (atomic_load(&stop.stands) && !atomic_load(&off))
		(void)await(NULL, atomic_load(&rounds), CPUS_S);
	leave_rest(NULL);
}

static void main_begins_rest(void)
{
	atomic_fetch_add(&rounds, 1);
	set(&main_rests, true);
}

OURS int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *t,
	       const sigset_t *mask)
{
	if (!real.poll)
		resolve();
	if (role == ROLE_MAIN)
		stop_listens();
	if (role != ROLE_MAIN || !atomic_load(&big_lock) || holds ||
	    atomic_load(&off))
		return real.poll(fds, count, t, mask);
	for (nfds_t i = 0; i < count; i++) {
		if (fds[i].fd >= 0 && fds[i].fd < FDS_MAX)
			atomic_store(&is_mains[fds[i].fd], true);
	}
	if (!t)
		main_begins_rest();
	int r = real.poll(fds, count, t, mask), saved = errno;
	for (;;) {
		atomic_store(&main_rests, false);
		if (atomic_load(&cpus_rest) || atomic_load(&off))
			break;
		set(&main_rests, !t);
		if (!await(&cpus_rest, 0, CPUS_S))
			give_up("the CPUs do");
	}
	errno = saved;
	return r;
}

static bool remember(pthread_mutex_t *lock)
{
	for (unsigned int i = 0; i < LOCKS_MAX; i++) {
		pthread_mutex_t *known = atomic_load(&locks[i]);

		if (!known)
			atomic_store(&locks[i], lock);
		if (!known || known == lock)
			return true;
	}
	return false;
}

static bool is_known(const pthread_mutex_t *lock)
{
	for (unsigned int i = 0; i < LOCKS_MAX; i++) {
		if (atomic_load(&locks[i]) == lock)
			return true;
	}
	return false;
}

/*
 * A second one: then each CPU has a thread of its own, or the machine is being
 * saved. Another lock is that of a semaphore, with which the thread that saves
 * waits, too.
 */
static void become_cpus(pthread_mutex_t *lock)
{
	pthread_mutex_t *none = NULL;

	if (atomic_compare_exchange_strong(&big_lock, &none, lock)) {
		role = ROLE_CPUS;
	} else if (none == lock) {
		atomic_store(&off, true);
		tell();
	}
}

OURS int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock)
{
	if (!real.cond_wait)
		resolve();
	if (role == ROLE_MAIN && remember(lock)) {
		atomic_store(&stop.pauses, lock == atomic_load(&big_lock));
		main_begins_rest();
		int r = real.cond_wait(cond, lock);
		atomic_store(&main_rests, false);
		atomic_store(&stop.pauses, false);
		holds |= lock == atomic_load(&big_lock);
		return r;
	}
	if (role == ROLE_NONE && is_known(lock))
		become_cpus(lock);
	if (role != ROLE_CPUS || lock != atomic_load(&big_lock))
		return real.cond_wait(cond, lock);
	set(&cpus_rest, true);
	(void)say_kept();
	int r = real.cond_wait(cond, lock);
	leave_rest(lock);
	return r;
}

OURS int pthread_cond_broadcast(pthread_cond_t *cond)
{
	if (!real.cond_broadcast)
		resolve();
	if (role == ROLE_CPUS)
		stop_tells();
	else if (role == ROLE_MAIN && stop_ends())
		tell();
	return real.cond_broadcast(cond);
}

OURS int pthread_mutex_lock(pthread_mutex_t *lock)
{
	if (!real.mutex_lock)
		resolve();
	bool is_big = lock == atomic_load(&big_lock);
	if (role == ROLE_CPUS && kept_words >= KEPT_MAX && is_big)
		hand_over();
	if (role == ROLE_CPUS && is_big && atomic_load(&stop.stands))
		stand();
	int r = real.mutex_lock(lock);
	if (role == ROLE_MAIN && is_big)
		holds = true;
	return r;
}

OURS int pthread_mutex_unlock(pthread_mutex_t *lock)
{
	if (!real.mutex_unlock)
		resolve();
	if (role == ROLE_MAIN && lock == atomic_load(&big_lock))
		holds = false;
	return real.mutex_unlock(lock);
}

/* Keep a word back; two to the same loop are one, as eventfd(2) has it. */
static void keep(int fd)
{
	if (kept_words++ == 0)
		kept_since = now_ns();
	if (!is_kept[fd])
		kept[kept_fds++] = fd;
	is_kept[fd] = true;
	if (now_ns() - kept_since > (int64_t)KEPT_S * 1000000000)
		(void)say_kept();
}

OURS ssize_t write(int fd, const void *data, size_t len)
{
	uint64_t value = 0;

	if (role == ROLE_CPUS && len == sizeof(value) && fd >= 0 &&
	    fd < FDS_MAX && atomic_load(&is_event[fd]) && !atomic_load(&off)) {
		memcpy(&value, data, sizeof(value));
		if (value == 1) {
			if (stop_asks())
				ask_to_stop(fd);
			else
				keep(fd);
			return sizeof(value);
		}
	}
	return syscall(SYS_write, fd, data, len);
}

OURS int eventfd(unsigned int value, int flags)
{
	if (!real.eventfd)
		resolve();
	int fd = real.eventfd(value, flags);
	if (fd >= 0 && fd < FDS_MAX)
		atomic_store(&is_event[fd], true);
	return fd;
}

OURS int close(int fd)
{
	if (fd >= 0 && fd < FDS_MAX) {
		atomic_store(&is_event[fd], false);
		atomic_store(&is_mains[fd], false);
	}
	return (int)syscall(SYS_close, fd);
}
