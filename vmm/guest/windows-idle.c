/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/windows-idle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/guest/clock.h"

#define STAT_BYTES   (1U << 20)
#define TIMERS_BYTES (8U << 20)
/* "cpu0 user nice system idle iowait irq softirq steal ...": source: proc(5).
 * The two behind are parts of the first two. */
#define COLUMNS	    8
#define COLUMN_IDLE 3
#define COLUMN_WAIT 4
/* What is read sooner again says nothing of who stands still. */
#define STILL_TICKS 3

static uint64_t tick_ns(void)
{
	return NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
}

int idle_times_prepare(struct idle_times *t, unsigned int cpus)
{
	*t = (struct idle_times){ .cpus = cpus };
	t->cpu = calloc(cpus + 1, sizeof(*t->cpu));
	return t->cpu ? 0 : -ENOMEM;
}

void idle_times_free(struct idle_times *t)
{
	free(t->cpu);
	*t = (struct idle_times){ 0 };
}

/* A CPU's line, behind its number; @ticks have gone since the read before. Time
 * that waits for input is counted down now and then. */
static void see_columns(struct cpu_times *c, const char *text, uint64_t ticks)
{
	uint64_t column[COLUMNS] = { 0 }, all = 0, idle;
	char *end;

	for (int i = 0; i < COLUMNS; i++, text = end) {
		column[i] = strtoull(text, &end, 10);
		all += column[i];
	}
	idle = column[COLUMN_IDLE] + column[COLUMN_WAIT];
	c->idle_more = idle > c->idle ? idle - c->idle : 0;
	c->uncertain = c->all > 0 && all < c->all + ticks / 2;
	c->idle = idle;
	c->all = all;
	c->online = true;
}

bool idle_times_see_stat(struct idle_times *t, const char *stat, uint64_t now)
{
	uint64_t ticks = t->read_ns ? (now - t->read_ns) / tick_ns() : 0;
	bool found = false;

	for (unsigned int cpu = 0; cpu < t->cpus; cpu++)
		t->cpu[cpu].online = t->cpu[cpu].uncertain = false;
	for (const char *line = stat; line; line = strchr(line, '\n')) {
		unsigned long cpu;
		char *end;

		line += *line == '\n';
		/* Not the first line, which has all of them together. */
		if (strncmp(line, "cpu", 3) != 0 || line[3] == ' ')
			continue;
		cpu = strtoul(line + 3, &end, 10);
		if (end == line + 3 || cpu >= t->cpus)
			continue;
		see_columns(&t->cpu[cpu], end, ticks);
		found |= t->cpu[cpu].uncertain;
	}
	t->read_ns = now;
	return found;
}

/* The number behind ".NAME :" in the part of a CPU. */
static bool number_of(const char *part, size_t len, const char *name,
		      uint64_t *ret)
{
	const char *at = memmem(part, len, name, strlen(name));

	at = at ? memchr(at, ':', len - (size_t)(at - part)) : NULL;
	return at && sscanf(at, ": %" SCNu64, ret) == 1;
}

/*
 * How long was it in the idle loop without a break, up to now or until it has
 * just left it: who looks may do so on that very CPU. Whoever enters the loop
 * sets the time of entry, as does an interrupt that ends a count; who leaves it
 * while the tick is stopped sets the time of exit. Source:
 * kernel/time/tick-sched.c and timer_list.c of Linux 6.12.
 */
static uint64_t last_stay(const char *part, size_t len, uint64_t before,
			  uint64_t now)
{
	uint64_t stopped, came, left;

	if (!number_of(part, len, ".tick_stopped", &stopped) ||
	    !number_of(part, len, ".idle_entrytime", &came) ||
	    !number_of(part, len, ".idle_exittime", &left))
		return 0;
	if (stopped || left > now)
		left = now;
	if (came < before)
		came = before;
	return left > came ? left - came : 0;
}

/* The kernel's count may be a tick short. */
static void add_stay(struct cpu_times *c, uint64_t ns)
{
	uint64_t counted_ns = (c->idle_more + 1) * tick_ns();

	if (ns > counted_ns)
		c->uncounted_ns += ns - counted_ns;
}

void idle_times_see_loops(struct idle_times *t, const char *timers,
			  uint64_t before, uint64_t now)
{
	const char *part = strstr(timers, "\ncpu: "), *next;

	for (; part; part = next) {
		unsigned int cpu;
		size_t len;

		next = strstr(part + 1, "\ncpu: ");
		if (sscanf(part, "\ncpu: %u", &cpu) != 1 || cpu >= t->cpus ||
		    !t->cpu[cpu].uncertain)
			continue;
		len = next ? (size_t)(next - part) : strlen(part);
		add_stay(&t->cpu[cpu], last_stay(part, len, before, now));
	}
}

bool idle_times_read(struct idle_times *t, uint64_t *ret)
{
	auto_free char *stat = NULL, *timers = NULL;
	uint64_t now = clock_now_ns(), before = t->read_ns;

	if (file_read_at(AT_FDCWD, "/proc/stat", STAT_BYTES, &stat) < 0)
		return false;
	if (idle_times_see_stat(t, stat, now) &&
	    file_read_at(AT_FDCWD, "/proc/timer_list", TIMERS_BYTES, &timers) >
		    0)
		idle_times_see_loops(t, timers, before, now);
	for (unsigned int cpu = 0; cpu < t->cpus; cpu++) {
		const struct cpu_times *c = &t->cpu[cpu];

		if (c->online)
			ret[cpu] = c->idle + c->uncounted_ns / tick_ns();
	}
	return true;
}
