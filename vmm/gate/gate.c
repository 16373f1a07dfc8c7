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
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define OURS __attribute__((visibility("default")))

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

static struct {
	int (*cond_wait)(pthread_cond_t *cond, pthread_mutex_t *lock);
	int (*mutex_lock)(pthread_mutex_t *lock);
	int (*mutex_unlock)(pthread_mutex_t *lock);
	int (*poll)(struct pollfd *fds, nfds_t count, const struct timespec *t,
		    const sigset_t *mask);
	int (*eventfd)(unsigned int value, int flags);
} real;

enum role { ROLE_NONE, ROLE_MAIN, ROLE_CPUS };
static __thread enum role role;

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

static atomic_bool is_event[FDS_MAX], is_mains[FDS_MAX], off;
static atomic_bool main_rests, cpus_rest;
static atomic_uint rounds, news, waiters;

/* Of the CPUs' thread: descriptors that it has written to, as it believes. */
static bool is_kept[FDS_MAX];
static int kept[FDS_MAX];
static unsigned int kept_fds, kept_words;
static int64_t kept_since;

/* Without a version it would be that of another pthread_cond_t; that of
 * ThreadSanitizer has none and calls the right one. */
#ifdef __SANITIZE_THREAD__
#define WAIT_VERSION NULL
#else
#define WAIT_VERSION "GLIBC_2.3.2"
#endif

static void find(void *ret, const char *name, const char *version)
{
	void *f = version ? dlvsym(RTLD_NEXT, name, version) : NULL;

	if (!f)
		f = dlsym(RTLD_NEXT, name);
	memcpy(ret, &f, sizeof(f));
}

/* Constructors of other libraries may call us before ours has run. */
static void resolve(void)
{
	find(&real.cond_wait, "pthread_cond_wait", WAIT_VERSION);
	find(&real.poll, "ppoll", NULL);
	find(&real.eventfd, "eventfd", NULL);
	find(&real.mutex_lock, "pthread_mutex_lock", NULL);
	find(&real.mutex_unlock, "pthread_mutex_unlock", NULL);
}

__attribute__((constructor)) static void begin(void)
{
	resolve();
	role = ROLE_MAIN;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void tell(void)
{
	atomic_fetch_add(&news, 1);
	if (atomic_load(&waiters))
		syscall(SYS_futex, &news, FUTEX_WAKE_PRIVATE, INT_MAX);
}

static void set(atomic_bool *flag, bool value)
{
	atomic_store(flag, value);
	if (value)
		tell();
}

/*
 * Wait until @flag is set, or, with @flag NULL, until @rounds is not @round; or
 * until nobody keeps to turns any more. Return: was there an end to it?
 */
static bool await(const atomic_bool *flag, unsigned int round, int seconds)
{
	int64_t end = now_ns() + (int64_t)seconds * 1000000000;
	bool is = false;

	atomic_fetch_add(&waiters, 1);
	for (;;) {
		unsigned int seen = atomic_load(&news);
		int64_t left = end - now_ns();
		struct timespec t = { left / 1000000000, left % 1000000000 };

		is = flag ? atomic_load(flag) : atomic_load(&rounds) != round;
		is |= atomic_load(&off);
		if (is || left <= 0)
			break;
		syscall(SYS_futex, &news, FUTEX_WAIT_PRIVATE, seen, &t);
	}
	atomic_fetch_sub(&waiters, 1);
	return is;
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
		main_begins_rest();
		int r = real.cond_wait(cond, lock);
		atomic_store(&main_rests, false);
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

OURS int pthread_mutex_lock(pthread_mutex_t *lock)
{
	if (!real.mutex_lock)
		resolve();
	if (role == ROLE_CPUS && kept_words >= KEPT_MAX &&
	    lock == atomic_load(&big_lock))
		hand_over();
	int r = real.mutex_lock(lock);
	if (role == ROLE_MAIN && lock == atomic_load(&big_lock))
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
