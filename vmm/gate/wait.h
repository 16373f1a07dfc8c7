/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wait.h - who a thread of QEMU is, and how they wait for each other: on @news,
 * a futex. */
#pragma once

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define OURS __attribute__((visibility("default")))

enum role { ROLE_NONE, ROLE_MAIN, ROLE_CPUS };
static __thread enum role role;

/* Nobody keeps to turns any more. */
static atomic_bool off;
/* How often the main loop has begun to rest. */
static atomic_uint rounds;
static atomic_uint news, waiters;

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
