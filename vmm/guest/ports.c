/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/ports.h"

#include <errno.h>

#if defined(__x86_64__) || defined(__i386__)

#include <stdbool.h>
#include <sys/io.h>
#include <time.h>

#include "vmm/guest/clock.h"

/* MC146818A: an index port, a data port, and registers A to C. */
#define RTC_INDEX  0x70
#define RTC_DATA   0x71
#define RTC_A	   0x0a
#define RTC_B	   0x0b
#define RTC_C	   0x0c
#define RTC_A_FAST 0x23 /* 32.768 kHz time base, rate 3: 8192 Hz */
#define RTC_B_PIE  0x40
#define RTC_C_PF   0x40

/* QEMU hw/watchdog/wdt_ib700.c: code N is 30 - 2 N seconds. */
#define IB700_STOP	    0x441
#define IB700_FEED	    0x443
#define IB700_CODE(seconds) ((30 - (seconds)) / 2)

/* How long CPUs rest before the watchdog stops the machine: its shortest. */
#define READY_SECONDS 2

/* QEMU hw/misc/pvpanic-isa.c, docs/specs/pvpanic: bit 0 is a panic. */
#define PVPANIC_PORT	 0x505
#define PVPANIC_PANICKED 1

#define EXIT_PORT 0xf4

int ports_init(struct why *reterr_why)
{
	static const struct {
		unsigned short from, count;
	} range[] = {
		{ RTC_INDEX, 2 },
		{ IB700_STOP, 3 },
		{ EXIT_PORT, 4 },
		{ PVPANIC_PORT, 1 },
	};

	for (unsigned int i = 0; i < sizeof(range) / sizeof(range[0]); i++) {
		if (ioperm(range[i].from, range[i].count, 1) < 0)
			return why_set(reterr_why, -errno,
				       "cannot use I/O port 0x%x",
				       range[i].from);
	}
	return 0;
}

static unsigned char rtc_read(unsigned char reg)
{
	outb(reg, RTC_INDEX);
	return inb(RTC_DATA);
}

static void rtc_write(unsigned char reg, unsigned char value)
{
	outb(reg, RTC_INDEX);
	outb(value, RTC_DATA);
}

/* Register C's periodic flag is cleared by reading, set by the next tick. */
static bool rtc_ticks(void)
{
	const struct timespec two_ticks = { .tv_nsec = NS_PER_SEC / 4096 };

	(void)rtc_read(RTC_C);
	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &two_ticks, NULL);
	return rtc_read(RTC_C) & RTC_C_PF;
}

int ports_turn_timer(struct why *reterr_why)
{
	rtc_write(RTC_A, RTC_A_FAST);
	rtc_write(RTC_B, rtc_read(RTC_B) | RTC_B_PIE);
	if (!rtc_ticks())
		return why_set(reterr_why, -ENODEV,
			       "the real time clock does not tick");
	return 0;
}

static void stop_turn_timer(void)
{
	rtc_write(RTC_B, rtc_read(RTC_B) & (unsigned char)~RTC_B_PIE);
	(void)rtc_read(RTC_C);
}

int ports_watchdog_feed(unsigned int seconds)
{
	outb((unsigned char)IB700_CODE(seconds), IB700_FEED);
	return 0;
}

int ports_watchdog_stop(void)
{
	outb(0, IB700_STOP);
	return 0;
}

/*
 * QEMU's main loop carries out a stop that a CPU asks for, sooner or later: it
 * may find that all CPUs have come to rest and skip the time to the next timer
 * before it stops. Which one happens is up to the host, and the clock would
 * differ by some milliseconds. A stop by a timer is carried out by the loop in
 * which the timer ran out, at that very time.
 */
static void stop_by_watchdog(void)
{
	stop_turn_timer();
	const struct timespec longer = { .tv_sec = READY_SECONDS,
					 .tv_nsec = NS_PER_SEC / 50 };

	outb(IB700_CODE(READY_SECONDS), IB700_FEED);
	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &longer, NULL);
	outb(0, IB700_STOP);
}

void ports_ready(bool virtual_clock)
{
	if (virtual_clock)
		stop_by_watchdog();
	else
		outb(PVPANIC_PANICKED, PVPANIC_PORT);
}

uint64_t ports_counter(void)
{
	return __builtin_ia32_rdtsc();
}

int ports_exit(unsigned int value)
{
	outl(value, EXIT_PORT);
	return -ENODEV;
}

#else

int ports_init(struct why *reterr_why)
{
	return why_set(reterr_why, -ENOTSUP, "this machine has no I/O ports");
}

int ports_turn_timer(struct why *reterr_why)
{
	return why_set(reterr_why, -ENOTSUP,
		       "this machine has no PC real time clock");
}

int ports_watchdog_feed(unsigned int seconds)
{
	(void)seconds;
	return -ENOTSUP;
}

int ports_watchdog_stop(void)
{
	return -ENOTSUP;
}

void ports_ready(bool virtual_clock)
{
	(void)virtual_clock;
}

uint64_t ports_counter(void)
{
	return 0;
}

int ports_exit(unsigned int value)
{
	(void)value;
	return -ENOTSUP;
}

#endif
