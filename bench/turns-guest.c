/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * turns-guest.c - process 1 of the machines of turns.sh: programs that spin,
 * one on each CPU, and how evenly they ran; or one that sleeps beside one that
 * spins.
 *
 * Words of the kernel's command line are its environment: rtc= (rate of the
 * real time clock, 3 is 8192 Hz), hpet= (us), pause=1, sleeper=1, ms=.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CPUS_MAX 64
#define PART	 1024
#define MS	 1000000

struct report {
	_Atomic int ready;
	uint64_t units, gap_ns, wakes;
	char pad[64];
};

static struct report *report;
static _Atomic uint64_t *start_ns;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	struct timespec t = { (time_t)(ns / 1000000000),
			      (long)(ns % 1000000000) };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static unsigned long word(const char *name)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : 0;
}

/* Register A: the rate; register B: periodic ticks. */
static void start_rtc(unsigned int rate)
{
	ioperm(0x70, 2, 1);
	outb(0x0a, 0x70);
	outb((unsigned char)(0x20 | rate), 0x71);
	outb(0x0b, 0x70);
	unsigned char b = inb(0x71);
	outb(0x0b, 0x70);
	outb(b | 0x40, 0x71);
}

/* The third comparator, periodic and 32 bits wide, without its interrupt. */
static void start_hpet(unsigned int us)
{
	volatile uint32_t *hpet;

	mknod("/mem", S_IFCHR | 0600, makedev(1, 1));
	hpet = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
		    open("/mem", O_RDWR | O_SYNC), 0xfed00000);
	if (hpet == MAP_FAILED)
		return;
	hpet[0x10 / 4] |= 1;
	hpet[0x140 / 4] = 1 << 3 | 1 << 6 | 1 << 8;
	hpet[0x148 / 4] = hpet[0xf0 / 4] + us * 100;
	hpet[0x148 / 4] = us * 100;
}

static void spin(struct report *r, uint64_t end, unsigned long pauses)
{
	uint64_t last = *start_ns, t = last;

	while (t < end) {
		for (int i = 0; i < PART; i++) {
			r->units++;
			__asm__ volatile("" : : : "memory");
		}
		if (pauses)
			__builtin_ia32_pause();
		t = now();
		if (t - last > r->gap_ns)
			r->gap_ns = t - last;
		last = t;
	}
}

static void nap(struct report *r, uint64_t end)
{
	while (now() < end) {
		uint64_t due = now() + 10 * MS;

		sleep_until(due);
		r->wakes++;
		if (now() - due > r->gap_ns)
			r->gap_ns = now() - due;
	}
}

static void child(int cpu, unsigned long ms)
{
	struct sched_param normal = { 0 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	sched_setscheduler(0, SCHED_OTHER, &normal);
	report[cpu].ready = 1;
	while (!*start_ns)
		usleep(1000);
	sleep_until(*start_ns);
	if (word("sleeper") && cpu == 1)
		nap(&report[cpu], *start_ns + ms * MS);
	else
		spin(&report[cpu], *start_ns + ms * MS, word("pause"));
	_exit(0);
}

static void tell(long cpus)
{
	uint64_t most = 0, least = UINT64_MAX, gap = 0;

	if (word("sleeper")) {
		printf("RESULT %lu %.2f\n", report[1].wakes,
		       (double)report[1].gap_ns / MS);
		return;
	}
	for (int i = 0; i < cpus; i++) {
		struct report *r = &report[i];

		most = r->units > most ? r->units : most;
		least = r->units < least ? r->units : least;
		gap = r->gap_ns > gap ? r->gap_ns : gap;
	}
	printf("RESULT %.1f %.2f\n", (double)(most - least) * 100 / most,
	       (double)gap / MS);
}

int main(void)
{
	struct sched_param fifo = { .sched_priority = 98 };
	unsigned long ms = word("ms") ? word("ms") : 1000;
	long cpus;

	mkdir("/dev", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mkdir("/sys", 0755);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	int console = open("/dev/console", O_RDWR);
	dup2(console, 1);
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	sched_setscheduler(0, SCHED_FIFO, &fifo);
	report =
		mmap(NULL, sizeof(*report) * CPUS_MAX + 64,
		     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	start_ns = (_Atomic uint64_t *)(report + CPUS_MAX);
	sleep(2); /* the kernel's clock has a high resolution then */
	if (word("rtc"))
		start_rtc((unsigned int)word("rtc"));
	if (word("hpet"))
		start_hpet((unsigned int)word("hpet"));
	if (word("sleeper"))
		cpus = 2;
	for (int i = 0; i < cpus; i++) {
		if (fork() == 0)
			child(i, ms);
	}
	for (int i = 0; i < cpus; i++) {
		while (!report[i].ready)
			usleep(1000);
	}
	*start_ns = now() + 20 * MS;
	for (int i = 0; i < cpus; i++)
		wait(NULL);
	tell(cpus);
	fflush(stdout);
	tcdrain(1);
	ioperm(0xf4, 4, 1);
	outl(0, 0xf4);
}
