/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/str.h"

#define CLEAR "\r\033[K"

/* What the file holds, in this order. @start: of CLOCK_MONOTONIC, in s. */
struct counts {
	unsigned int total, done, bad;
	double start, all, worked;
};

static double now_s(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) < 0)
		die(EX_BROKEN, "cannot read the clock: %m");
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Each number has its width, so that the text always has the same length. */
static void format_counts(const struct counts *c, struct str *out)
{
	str_addf(out, "%10u %10u %10u %20.3f %20.3f %20.3f\n", c->total,
		 c->done, c->bad, c->start, c->all, c->worked);
}

void progress_start(const char *path, size_t total, double work)
{
	struct counts c = { .total = (unsigned int)total,
			    .start = now_s(),
			    .all = work };
	auto_str struct str text = { 0 };
	struct why why;

	format_counts(&c, &text);
	if (text.failed)
		die(EX_BROKEN, "out of memory");
	if (file_publish(path, text.text, text.len, 0666, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
}

/* The file, ours until it is closed; -1 when there is none to count in. */
static int open_counts(const char *path, struct counts *ret)
{
	char text[256];
	ssize_t n;
	int fd;

	if (!path)
		return -1;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR)
			goto none;
	}
	n = pread(fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		goto none;
	text[n] = '\0';
	if (sscanf(text, "%u %u %u %lf %lf %lf", &ret->total, &ret->done,
		   &ret->bad, &ret->start, &ret->all, &ret->worked) == 6)
		return fd;
none:
	close(fd);
	return -1;
}

static void write_counts(int fd, const struct counts *c)
{
	auto_str struct str text = { 0 };

	format_counts(c, &text);
	if (!text.failed)
		(void)!pwrite(fd, text.text, text.len, 0);
}

/* "45 s", "12 min", "3 h 5 min" */
static void add_time(struct str *out, double seconds)
{
	unsigned int s = (unsigned int)(seconds + 0.5);

	if (s < 100)
		str_addf(out, "%u s", s);
	else if (s < 6000)
		str_addf(out, "%u min", (s + 30) / 60);
	else
		str_addf(out, "%u h %u min", s / 3600, s % 3600 / 60);
}

/* "[12/40, 1 not passed, 45 s left]" */
static void add_figures(struct str *out, const struct counts *c)
{
	double spent = now_s() - c->start;

	str_addf(out, "[%u/%u", c->done, c->total);
	if (c->bad)
		str_addf(out, ", %u not passed", c->bad);
	if (c->done < c->total && c->worked > 0 && c->all > c->worked &&
	    spent > 0) {
		str_add(out, ", ");
		add_time(out, spent * (c->all - c->worked) / c->worked);
		str_add(out, " left");
	}
	str_add(out, "]");
}

static bool is_terminal(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

void progress_clear(void)
{
	if (is_terminal(STDERR_FILENO))
		(void)!write(STDERR_FILENO, CLEAR, strlen(CLEAR));
}

/* A line that is longer than the terminal's could not be overwritten. */
static void cut_to_terminal(struct str *line)
{
	struct winsize size;
	size_t width = 80;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		width = size.ws_col;
	if (line->len >= width) {
		line->len = width - 1;
		line->text[line->len] = '\0';
	}
}

/* @lines unless they are @good, then the line that stays. */
static void tell_terminal(const char *lines, bool good, const struct counts *c)
{
	auto_str struct str live = { 0 };

	str_add(&live, "  ");
	add_figures(&live, c);
	/* Which it was, as in the plain line. */
	str_addf(&live, "%.*s", (int)strcspn(lines, "\n"), lines);
	if (live.failed)
		return;
	cut_to_terminal(&live);
	fputs(CLEAR, stdout);
	if (!good)
		fputs(lines, stdout);
	if (c->done < c->total)
		fputs(live.text, stdout);
}

/* One write, so that lines of others do not come between. */
static void tell_plainly(const char *lines, const struct counts *c)
{
	auto_str struct str text = { 0 };
	size_t first = strcspn(lines, "\n");

	str_add_bytes(&text, lines, first);
	if (c && c->total > 1) {
		str_add(&text, " ");
		add_figures(&text, c);
	}
	str_add(&text, lines + first);
	fputs(str_text(&text), stdout);
}

void progress_tell(const char *path, const char *lines, bool good, bool ended,
		   double work)
{
	struct counts c;
	auto_fd int fd = open_counts(path, &c);

	if (fd >= 0 && ended) {
		c.done++;
		c.bad += !good;
		c.worked += work;
		write_counts(fd, &c);
	}
	if (fd >= 0 && is_terminal(STDOUT_FILENO))
		tell_terminal(lines, good && ended, &c);
	else
		tell_plainly(lines, fd >= 0 && ended ? &c : NULL);
	/* While the file is ours. */
	(void)fflush(stdout);
}
