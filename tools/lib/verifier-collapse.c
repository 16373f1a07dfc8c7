/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verifier-collapse.c - cycles in the log of the verifier. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/verifier-log.h"

#define PASSES	   5
#define ANCHOR_MIN 10 /* bytes: shorter lines are everywhere */
#define ANCHORS	   3  /* times that a line occurs, to be one */
#define PERIOD_MIN 5  /* lines of a cycle */
#define STRIDES	   3  /* an anchor may stand so often in one cycle */
#define REPEATS	   3
/* Of the three lines that add_cycle() adds, at most. */
#define WORDS_BYTES 160

/**
 * struct line - one of the log
 * @whole: hash of what makes it different from others
 * @bare:  the same without the number of the instruction
 * @size:  of that, in bytes
 */
struct line {
	const char *text;
	size_t len, size;
	uint64_t whole, bare;
};

/**
 * struct lines - all of them
 * @made: texts of ours among them, and of earlier passes; owned
 */
struct lines {
	struct line *item;
	size_t count;
	char **made;
	size_t made_count;
};

/* 64-bit FNV-1a. */
static uint64_t hash(const char *text, size_t len)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return h;
}

/* Do registers stand at @at: "R1_w=...", "frame1: R0=..."? */
static bool has_registers(const char *at, const char *end)
{
	if (end - at >= 5 && strncmp(at, "frame", 5) == 0)
		return true;
	return end - at >= 2 && at[0] == 'R' && isdigit((unsigned char)at[1]);
}

/* How much of a line counts: not the registers, nor how far it jumps. */
static size_t lasting(const char *text, size_t len)
{
	static const char jump[] = "goto pc";
	const char *end = text + len, *at = text;

	for (; at < end; at++) {
		if ((*at == ':' || *at == ';') && end - at > 2 &&
		    at[1] == ' ' && has_registers(at + 2, end))
			break;
		if (*at == 'g' && (size_t)(end - at) >= strlen(jump) &&
		    strncmp(at, jump, strlen(jump)) == 0)
			return (size_t)(at - text) + strlen(jump);
	}
	while (at > text && isspace((unsigned char)at[-1]))
		at--;
	return (size_t)(at - text);
}

static size_t digits_at(const char *text, size_t size)
{
	size_t n = 0;

	while (n < size && isdigit((unsigned char)text[n]))
		n++;
	return n;
}

static void measure(struct line *l)
{
	static const char from[] = "from ";
	size_t number;

	l->size = lasting(l->text, l->len);
	l->whole = hash(l->text, l->size);
	l->bare = l->whole;
	/* "12: (bf) r6 = r1"; "12", of which registers were cut off; and "from
	 * 12 to 14", where a branch that was left for later begins. */
	number = digits_at(l->text, l->size);
	if (number && (number == l->size || l->text[number] == ':'))
		l->bare = hash(l->text + number, l->size - number);
	else if (l->size > strlen(from) &&
		 strncmp(l->text, from, strlen(from)) == 0 &&
		 digits_at(l->text + strlen(from), l->size - strlen(from)))
		l->bare = hash(from, strlen(from));
}

static bool split(const char *log, size_t len, struct lines *ret)
{
	size_t count = 1;

	for (size_t i = 0; i < len; i++)
		count += log[i] == '\n';
	*ret = (struct lines){ .item = calloc(count, sizeof(*ret->item)) };
	if (!ret->item)
		return false;
	for (const char *at = log, *end = log + len; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct line *l = &ret->item[ret->count++];

		l->text = at;
		l->len = (size_t)((stop ? stop : end) - at);
		measure(l);
		at = stop ? stop + 1 : end;
	}
	return true;
}

static void lines_done(struct lines *l)
{
	for (size_t i = 0; i < l->made_count; i++)
		free(l->made[i]);
	free(l->made);
	free(l->item);
	*l = (struct lines){ 0 };
}

/* A line and where it stands, to be sorted. */
struct place {
	uint64_t hash;
	size_t at;
};

static int by_hash(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* The places of the line that occurs most often, in order: @ret of them from
 * the returned one on in @room. */
static const struct place *find_anchor(const struct lines *l, bool bare,
				       struct place *room, size_t *ret)
{
	const struct place *best = NULL;
	size_t count = 0;

	for (size_t i = 0; i < l->count; i++) {
		const struct line *one = &l->item[i];

		if (one->size >= ANCHOR_MIN)
			room[count++] =
				(struct place){ bare ? one->bare : one->whole,
						i };
	}
	*ret = ANCHORS - 1;
	if (count)
		qsort(room, count, sizeof(*room), by_hash);
	for (size_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && room[i + n].hash == room[i].hash;)
			n++;
		if (n > *ret) {
			*ret = n;
			best = &room[i];
		}
	}
	return best;
}

static int by_size(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* The distance that occurs most often between an anchor and the one @stride
 * further on; 0 when none occurs twice. */
static size_t find_period(const struct place *anchor, size_t count,
			  size_t stride, size_t *room)
{
	size_t n = 0, best = 0, most = 1;

	for (size_t i = 0; i + stride < count; i++) {
		size_t gap = anchor[i + stride].at - anchor[i].at;

		if (gap >= PERIOD_MIN)
			room[n++] = gap;
	}
	if (n)
		qsort(room, n, sizeof(*room), by_size);
	for (size_t i = 0, k; i < n; i += k) {
		for (k = 1; i + k < n && room[i + k] == room[i];)
			k++;
		if (k > most) {
			most = k;
			best = room[i];
		}
	}
	return best;
}

/* @ret[i]: how many lines from i on are those @period further on. */
static void find_runs(const struct lines *l, size_t period, size_t *ret)
{
	for (size_t i = l->count; i > 0; i--) {
		size_t at = i - 1;
		bool same = at + period < l->count &&
			    l->item[at].bare == l->item[at + period].bare;

		ret[at] = same ? ret[at + 1] + 1 : 0;
	}
}

/* A line of ours at the end of @to, which takes @text. */
static bool add_made(struct lines *to, struct str *text)
{
	char **made = reallocarray(to->made, to->made_count + 1, sizeof(*made));
	struct line *l = &to->item[to->count];
	char *line = str_take(text);

	if (made)
		to->made = made;
	if (!made || !line) {
		free(line);
		return false;
	}
	made[to->made_count++] = line;
	*l = (struct line){ .text = line, .len = strlen(line) };
	measure(l);
	to->count++;
	return true;
}

static void copy(struct lines *to, const struct line *from, size_t count)
{
	memcpy(to->item + to->count, from, count * sizeof(*from));
	to->count += count;
}

/* Is what would be left out longer than what is said of it? */
static bool is_worth_it(const struct line *from, size_t period, size_t repeats)
{
	size_t bytes = 0;

	for (size_t i = period; i < (repeats - 1) * period; i++) {
		bytes += from[i].len + 1;
		if (bytes > WORDS_BYTES)
			return true;
	}
	return false;
}

/* The first block and the last one; three lines more, and no more than before:
 * REPEATS blocks of PERIOD_MIN lines are longer than that. */
static bool add_cycle(struct lines *to, const struct line *from, size_t period,
		      size_t repeats)
{
	struct str head = { 0 }, left = { 0 }, end = { 0 };
	bool ok;

	str_addf(&head, "--- %zu times the %zu lines that follow ---", repeats,
		 period);
	str_addf(&left, "--- %zu times left out ---", repeats - 2);
	str_addf(&end, "--- that were %zu times ---", repeats);
	ok = add_made(to, &head);
	copy(to, from, period);
	ok &= add_made(to, &left);
	copy(to, from + (repeats - 1) * period, period);
	ok &= add_made(to, &end);
	return ok;
}

/* Return: 1: something was left out; 0: nothing; -1: no memory. */
static int leave_out(struct lines *l, size_t period, size_t *run)
{
	struct lines to = { .made = l->made, .made_count = l->made_count };
	int found = 0;

	to.item = calloc(l->count + 1, sizeof(*to.item));
	if (!to.item)
		return -1;
	run[l->count] = 0;
	find_runs(l, period, run);
	for (size_t at = 0; at < l->count && found >= 0;) {
		size_t repeats = run[at] / period + 1;

		if (repeats < REPEATS ||
		    !is_worth_it(&l->item[at], period, repeats)) {
			copy(&to, &l->item[at++], 1);
			continue;
		}
		found = add_cycle(&to, &l->item[at], period, repeats) ? 1 : -1;
		at += repeats * period;
	}
	free(l->item);
	*l = to;
	return found;
}

/* One pass: the cycle of the line that occurs most often. */
static int pass(struct lines *l)
{
	struct place *room = calloc(l->count + 1, sizeof(*room));
	size_t *numbers = calloc(l->count + 1, sizeof(*numbers));
	int found = room && numbers ? 0 : -1;

	for (int bare = 0; bare < 2 && found == 0; bare++) {
		size_t count;
		const struct place *anchor = find_anchor(l, bare, room, &count);

		for (size_t s = 1; anchor && s <= STRIDES && found == 0; s++) {
			size_t period = find_period(anchor, count, s, numbers);

			if (period)
				found = leave_out(l, period, numbers);
		}
	}
	free(room);
	free(numbers);
	return found;
}

void verifier_collapse(const char *log, size_t len, struct str *out)
{
	struct lines l;
	int found = 1;

	if (!split(log, len, &l)) {
		str_fail(out);
		return;
	}
	for (int i = 0; i < PASSES && found > 0; i++)
		found = pass(&l);
	for (size_t i = 0; i < l.count && found >= 0; i++) {
		str_add_bytes(out, l.item[i].text, l.item[i].len);
		str_add(out, "\n");
	}
	out->failed |= found < 0;
	lines_done(&l);
}
