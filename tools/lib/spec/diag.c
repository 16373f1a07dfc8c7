/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/diag.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a line that are shown; longer ones are cut around the column. */
#define SHOWN_MAX 160
/* No key or name is longer, so nothing longer is near one. */
#define WORD_MAX 64

struct diag_mark {
	unsigned int line, column, number;
	size_t start, end;
};

/* A terminal must not obey bytes from a file; tabs keep carets aligned. */
static void add_shown(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			str_add(out, "?");
		else
			str_add_bytes(out, text + i, 1);
	}
}

/* One column for each character before the caret; a tab stays a tab. */
static void add_indent(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (((unsigned char)text[i] & 0xc0) == 0x80)
			continue; /* goes on a UTF-8 character */
		str_add(out, text[i] == '\t' ? "\t" : " ");
	}
}

static void add_line_and_caret(struct str *out, const struct place *at)
{
	const char *text = at->text;
	size_t len = strlen(text), column = at->column ? at->column - 1 : 0;

	if (len == 0)
		return;
	if (len > SHOWN_MAX && column > SHOWN_MAX / 2) {
		size_t cut = column - SHOWN_MAX / 2;

		if (cut > len)
			cut = len;
		text += cut;
		len -= cut;
		column -= cut;
	}
	if (len > SHOWN_MAX)
		len = SHOWN_MAX;
	if (column > len)
		column = len;
	str_add(out, "  ");
	add_shown(out, text, len);
	str_add(out, "\n  ");
	add_indent(out, text, column);
	str_add(out, "^");
	for (size_t i = 1; i < at->length && column + i < len; i++) {
		if (((unsigned char)text[column + i] & 0xc0) != 0x80)
			str_add(out, "~");
	}
	str_add(out, "\n");
}

/* Remember where the next complaint begins; without memory nothing is sorted.
 */
static void add_mark(struct diag *d, const struct place *at)
{
	struct diag_mark *grown;

	if (d->mark_count != d->count)
		return;
	grown = reallocarray(d->mark, d->mark_count + 1, sizeof(*grown));
	if (!grown)
		return;
	d->mark = grown;
	grown[d->mark_count] = (struct diag_mark){
		.line = at->line,
		.column = at->column,
		.number = (unsigned int)d->mark_count,
		.start = d->out.len,
	};
	d->mark_count++;
}

void diag_add(struct diag *d, const struct place *at, const char *fmt, ...)
{
	char message[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	add_mark(d, at);
	d->count++;
	str_addf(&d->out, "%s:%u:%u: ", at->path, at->line, at->column);
	add_shown(&d->out, message, strlen(message));
	str_add(&d->out, "\n");
	add_line_and_caret(&d->out, at);
}

void diag_hint(struct diag *d, const char *candidate)
{
	if (candidate)
		str_addf(&d->out, "  did you mean '%s'?\n", candidate);
}

/*
 * Edits that turn @a into @b: insert, delete, replace, swap two neighbours
 * (optimal string alignment). Both have at most WORD_MAX bytes.
 */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];
	size_t la = strlen(a), lb = strlen(b);

	for (size_t j = 0; j <= lb; j++)
		last[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *oldest = before;

		now[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
		before = last;
		last = now;
		now = oldest;
	}
	return last[lb];
}

const char *diag_nearest(const char *word, const char *const *names)
{
	const char *nearest = NULL;
	size_t best = SIZE_MAX;

	if (strlen(word) > WORD_MAX)
		return NULL;
	for (; *names; names++) {
		size_t limit = strlen(*names) / 3, edits;

		if (strlen(*names) > WORD_MAX)
			continue;
		edits = distance(word, *names);
		if (edits <= (limit ? limit : 1) && edits < best) {
			best = edits;
			nearest = *names;
		}
	}
	return nearest;
}

static int by_place(const void *a, const void *b)
{
	const struct diag_mark *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

void diag_sort(struct diag *d, unsigned int first)
{
	struct str sorted = { 0 };

	if (d->mark_count != d->count || d->count <= first + 1)
		return;
	for (size_t i = 0; i < d->mark_count; i++)
		d->mark[i].end = i + 1 < d->mark_count ? d->mark[i + 1].start
						       : d->out.len;
	qsort(d->mark + first, d->count - first, sizeof(*d->mark), by_place);
	for (size_t i = 0; i < d->mark_count; i++) {
		struct diag_mark *m = &d->mark[i];
		size_t len = m->end - m->start;

		str_add_bytes(&sorted, d->out.text + m->start, len);
		m->start = sorted.len - len;
		m->number = (unsigned int)i;
	}
	if (sorted.failed || d->out.failed) {
		d->mark_count = 0; /* the starts are no longer true */
		str_done(&sorted);
		return;
	}
	str_done(&d->out);
	d->out = sorted;
}

void diag_done(struct diag *d)
{
	free(d->mark);
	d->mark = NULL;
	d->mark_count = 0;
	str_done(&d->out);
	d->count = 0;
}
