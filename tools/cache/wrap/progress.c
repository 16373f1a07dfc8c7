/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/wrap/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/msg.h"

#define SECOND_NS   1000000000u
#define SILENT_NS   (2ull * SECOND_NS)
#define REDRAW_NS   (SECOND_NS / 5)
#define BAR_COLUMNS 30

uint64_t progress_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

void progress_begin(struct progress *p, const char *title, unsigned int every_s)
{
	*p = (struct progress){ .title = title,
				.start_ns = progress_now_ns(),
				.every_s = every_s,
				.tty = isatty(STDERR_FILENO) };
}

/* Is it time to show something? Then it counts as shown. */
static bool is_time(struct progress *p)
{
	uint64_t now = progress_now_ns();
	uint64_t gap = p->tty ? REDRAW_NS : (uint64_t)p->every_s * SECOND_NS;

	if (msg_verbosity < 0 || now - p->start_ns < SILENT_NS ||
	    (p->shown && now - p->shown_ns < gap))
		return false;
	p->shown = true;
	p->shown_ns = now;
	return true;
}

static void show(const struct progress *p, const char *text)
{
	unsigned int s =
		(unsigned int)((p->shown_ns - p->start_ns) / SECOND_NS);

	if (p->tty)
		fprintf(stderr, "\r\033[K%s: %s (%u s)", p->title, text, s);
	else
		note("%s: %s (%u s)", p->title, text, s);
}

void progress_show(struct progress *p, const char *text)
{
	if (is_time(p))
		show(p, text);
}

void progress_share(struct progress *p, uint64_t done, uint64_t total)
{
	unsigned int percent, filled;
	char text[BAR_COLUMNS + 16], bar[BAR_COLUMNS + 1];

	if (!is_time(p))
		return;
	if (total == 0 || done > total)
		done = total = 1;
	percent = (unsigned int)(done * 100 / total);
	filled = (unsigned int)(done * BAR_COLUMNS / total);
	memset(bar, '.', BAR_COLUMNS);
	memset(bar, '#', filled);
	bar[BAR_COLUMNS] = '\0';
	if (p->tty)
		snprintf(text, sizeof(text), "[%s] %u %%", bar, percent);
	else
		snprintf(text, sizeof(text), "%u %%", percent);
	show(p, text);
}

void progress_end(struct progress *p)
{
	if (p->tty && p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
