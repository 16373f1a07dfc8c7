/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * death.c - "death KIND": end a guest, or its report, the way KIND says. It is
 * started in a scheduler's place, so it may do anything that root may.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "tests/e2e/guest-memory.h"

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail(path);
	(void)tcdrain(fd);
	close(fd);
}

/* No table of interrupt handlers any more: three faults, and the CPU gives up.
 */
static void triple(void)
{
	uint64_t size, at = find("Kernel bss", &size);

	memset(map(at, size), 0, size);
}

/* The kernel's code is gone: not even a watchdog's interrupt is handled. */
static void brain_dead(void)
{
	uint64_t size, at = find("Kernel code", &size);

	memset(map(at, size), 0xff, size);
}

static void reset(void)
{
	if (ioperm(0x64, 1, 1) < 0)
		fail("use port 0x64");
	outb(0xfe, 0x64);
}

/* A system call that nobody needs becomes "cli; jmp .": a program itself cannot
 * switch interrupts off. */
static void patch(void)
{
	static const unsigned char code[] = { 0xfa, 0xeb, 0xfe };

	write_kernel(symbol("__x64_sys_sysinfo"), code, sizeof(code));
}

/* One CPU of several, interrupts off. */
static void deaf(void)
{
	patch();
	syscall(SYS_sysinfo, NULL);
}

static void deaf_all(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	patch();
	for (int i = 0; i < cpus; i++) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(i, &set);
		if (i == cpus - 1 || fork() == 0) {
			sched_setaffinity(0, sizeof(set), &set);
			sleep(i == cpus - 1);
			syscall(SYS_sysinfo, NULL);
		}
	}
}

static void memory(void)
{
	for (;;)
		memset(malloc(1 << 20), 1, 1 << 20);
}

/* More than the host takes, by way of what the program prints. */
static void flood(void)
{
	static char block[1 << 16];

	memset(block, 'x', sizeof(block));
	block[sizeof(block) - 1] = '\n';
	for (int i = 0; i < 1 << 14; i++)
		(void)!write(1, block, sizeof(block));
}

static void flood_console(void)
{
	static char block[1 << 16];
	int fd = open("/dev/console", O_WRONLY);

	memset(block, 'x', sizeof(block));
	block[sizeof(block) - 1] = '\n';
	for (;;)
		(void)!write(fd, block, sizeof(block));
}

static void garbage(void)
{
	struct wire_channel *c = channel();

	memset(frames(c) + c->written, 0xa5, 4096);
	c->written += 4096;
}

static void nothing_written(void)
{
	channel()->written = 0;
	reset();
}

static void too_much_written(void)
{
	channel()->written = UINT64_MAX / 2;
	reset();
}

/* The beginning of a frame, and then the end of all. */
static void cut(void)
{
	struct wire_channel *c = channel();

	frames(c)[c->written] = '@';
	c->written += 1;
	reset();
}

static void escapes(void)
{
	put("/dev/console", "\033[31mred\302\23331m\2333C1 \303\274ml\n");
	put("/proc/sysrq-trigger", "c");
}

static void panic(void)
{
	put("/proc/sysrq-trigger", "c");
}

static void off(void)
{
	put("/proc/sysrq-trigger", "o");
	sleep(100);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*die)(void);
	} kind[] = {
		{ "panic", panic },
		{ "triple", triple },
		{ "brain-dead", brain_dead },
		{ "reset", reset },
		{ "off", off },
		{ "deaf", deaf },
		{ "deaf-all", deaf_all },
		{ "memory", memory },
		{ "flood", flood },
		{ "flood-console", flood_console },
		{ "garbage", garbage },
		{ "nothing-written", nothing_written },
		{ "too-much-written", too_much_written },
		{ "cut", cut },
		{ "escapes", escapes },
	};

	setvbuf(stdout, NULL, _IONBF, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(kind) / sizeof(kind[0]);
	     i++) {
		if (strcmp(argv[1], kind[i].name) == 0)
			kind[i].die();
	}
	pause();
	return 0;
}
