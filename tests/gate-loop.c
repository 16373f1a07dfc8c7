/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gate-loop.c - QEMU's main loop and the thread of its CPUs, in small, for
 * tests/gate.bats. Each says on standard output what it does.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static bool created, goes, had_turn;
static int event;
static const char *mode;

/* As a virtual timer does that runs out. */
static void notify(void)
{
	const uint64_t one = 1;

	(void)!write(event, &one, sizeof(one));
}

static void rest(const bool *until)
{
	while (!until || !*until)
		pthread_cond_wait(&cond, &lock);
}

/* A timer, then work, then rest. */
static void work(void)
{
	pthread_mutex_unlock(&lock);
	notify();
	usleep(100000);
	pthread_mutex_lock(&lock);
	puts("CPUs rest");
}

/* Timers without a rest, until the main loop has had a turn. */
static void spin(void)
{
	unsigned int words = 0;

	while (!had_turn && words < 100000) {
		pthread_mutex_unlock(&lock);
		notify();
		words++;
		pthread_mutex_lock(&lock);
	}
	printf("a turn after %u words\n", words);
	fflush(stdout);
	_exit(0);
}

static void *cpus(void *arg)
{
	pthread_mutex_lock(&lock);
	created = true;
	pthread_cond_broadcast(&cond);
	rest(&goes);
	if (strcmp(mode, "rest") == 0)
		work();
	else if (strcmp(mode, "busy") == 0)
		spin();
	else
		puts("CPUs go on");
	rest(NULL);
	return arg;
}

/* A thread that saves the machine: it waits with the lock of a semaphore. */
static pthread_mutex_t semaphore = PTHREAD_MUTEX_INITIALIZER;
static bool began;

static void *save(void *arg)
{
	pthread_mutex_lock(&semaphore);
	began = true;
	pthread_cond_broadcast(&cond);
	for (;;)
		pthread_cond_wait(&cond, &semaphore);
	return arg;
}

static void begin_saving(void)
{
	pthread_t thread;

	pthread_mutex_lock(&semaphore);
	if (pthread_create(&thread, NULL, save, NULL) != 0)
		_exit(1);
	while (!began)
		pthread_cond_wait(&cond, &semaphore);
	pthread_mutex_unlock(&semaphore);
}

static void loop(const struct timespec *timeout)
{
	struct pollfd p = { event, POLLIN, 0 };
	uint64_t value;

	pthread_mutex_unlock(&lock);
	int r = ppoll(&p, 1, timeout, NULL);
	pthread_mutex_lock(&lock);
	if (r == 0)
		puts("host's timer runs out");
	else if (read(event, &value, sizeof(value)) > 0)
		puts("main loop");
	had_turn = true;
}

int main(int argc, char **argv)
{
	const struct timespec t = { .tv_nsec = 100000000 };
	pthread_t thread;

	mode = argc > 1 ? argv[1] : "";
	event = eventfd(0, 0);
	pthread_mutex_lock(&lock);
	if (pthread_create(&thread, NULL, cpus, NULL) != 0)
		return 1;
	rest(&created);
	if (argc > 2)
		begin_saving();
	goes = true;
	pthread_cond_broadcast(&cond);
	if (strcmp(mode, "timer") == 0) {
		loop(&t);
		/* Now nothing is armed, and the CPUs say something. */
		pthread_mutex_unlock(&lock);
		alarm(1);
		(void)ppoll(NULL, 0, NULL, NULL);
		return 1;
	}
	loop(NULL);
	while (strcmp(mode, "busy") == 0)
		loop(NULL);
	fflush(stdout);
	_exit(0);
}
