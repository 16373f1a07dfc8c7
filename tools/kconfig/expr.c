/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/kconfig/expr.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* How deep parentheses and "!" may go; what is deeper cannot be told. */
#define MAX_DEPTH 32

/**
 * struct reader - where we are in an expression
 * @p:       what is left
 * @c:       the configuration
 * @depth:   how many parentheses and "!" are open
 * @unknown: something cannot be told
 */
struct reader {
	const char *p;
	const struct conf *c;
	unsigned int depth;
	bool unknown;
};

/**
 * struct word - an option, a constant or a quoted string
 * @at, @len: its text, quotes included
 * @value:    what it stands for, without quotes
 * @value_len: bytes of it
 */
struct word {
	const char *at, *value;
	size_t len, value_len;
};

static int any(struct reader *r);

static void skip(struct reader *r)
{
	r->p += strspn(r->p, " \t\r");
}

/* Is @text next? Then it is taken. */
static bool take(struct reader *r, const char *text)
{
	skip(r);
	if (strncmp(r->p, text, strlen(text)) != 0)
		return false;
	r->p += strlen(text);
	return true;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_-./", c));
}

/* The end of the string that starts at @p with its quote, behind it. */
static const char *string_end(const char *p)
{
	char quote = *p++;

	while (*p && *p != quote)
		p += *p == '\\' && p[1] ? 2 : 1;
	return *p ? p + 1 : p;
}

/* The end of the macro that starts at @p with "$(", behind its ")". */
static const char *macro_end(const char *p)
{
	int open = 0;

	for (; *p; p++) {
		open += *p == '(';
		if (*p == ')' && --open == 0)
			return p + 1;
	}
	return p;
}

/* A constant? Options may begin with a digit: 64BIT. */
static bool is_number(const struct word *w)
{
	bool hex = w->len > 2 && strncasecmp(w->at, "0x", 2) == 0;
	size_t from = hex ? 2 : 0;

	for (size_t i = from; i < w->len; i++) {
		if (!isdigit((unsigned char)w->at[i]) &&
		    !(hex && isxdigit((unsigned char)w->at[i])))
			return false;
	}
	return true;
}

/* What the option called by @w has; "n" when it is not there. */
static const char *option_value(const struct reader *r, const struct word *w)
{
	const struct conf_line *line;
	char name[128];

	if (w->len == 1 && strchr("ymn", *w->at))
		return *w->at == 'y' ? "y" : (*w->at == 'm' ? "m" : "n");
	if (w->len + sizeof("CONFIG_") > sizeof(name))
		return "n";
	memcpy(name, "CONFIG_", 7);
	memcpy(name + 7, w->at, w->len);
	name[7 + w->len] = '\0';
	line = conf_find(r->c, name);
	return line ? line->value : "n";
}

/* Take one word; what is none cannot be told, and ends the expression. */
static struct word take_word(struct reader *r)
{
	struct word w = { .at = r->p, .value = "y", .value_len = 1 };

	skip(r);
	w.at = r->p;
	if (*r->p == '"' || *r->p == '\'') {
		r->p = string_end(r->p);
		w.len = (size_t)(r->p - w.at);
		w.value = w.at + 1;
		w.value_len = w.len >= 2 ? w.len - 2 : 0;
		r->unknown |= memmem(w.at, w.len, "$(", 2) != NULL;
	} else if (strncmp(r->p, "$(", 2) == 0) {
		r->p = macro_end(r->p);
		r->unknown = true;
	} else if (is_word(*r->p)) {
		while (is_word(*r->p))
			r->p++;
		w.len = (size_t)(r->p - w.at);
		w.value = option_value(r, &w);
		w.value_len = strlen(w.value);
		if (is_number(&w)) {
			w.value = w.at;
			w.value_len = w.len;
		}
		if (w.value_len >= 2 && *w.value == '"') {
			w.value++;
			w.value_len -= 2;
		}
	} else {
		r->p += strlen(r->p);
		r->unknown = true;
	}
	return w;
}

/* Is its value a number? */
static bool is_value(const struct word *w)
{
	return w->value_len > 0 && isdigit((unsigned char)*w->value);
}

static bool is_unset(const struct word *w)
{
	return w->value_len == 0 || (w->value_len == 1 && *w->value == 'n');
}

/* -1, 0 or 1; as numbers if both are. "" and n are one: an unset option. */
static int compare(const struct word *a, const struct word *b)
{
	size_t len = a->value_len < b->value_len ? a->value_len : b->value_len;
	int r;

	if (is_unset(a) && is_unset(b))
		return 0;
	if (is_value(a) && is_value(b)) {
		unsigned long long x = strtoull(a->value, NULL, 0);
		unsigned long long y = strtoull(b->value, NULL, 0);

		return x < y ? -1 : x > y;
	}
	r = memcmp(a->value, b->value, len);
	if (r == 0 && a->value_len != b->value_len)
		r = a->value_len < b->value_len ? -1 : 1;
	return r < 0 ? -1 : r > 0;
}

/* A word, or two with a comparison between them. */
static int comparison(struct reader *r)
{
	struct word a = take_word(r), b;
	bool unlike = take(r, "!="), less = !unlike && take(r, "<");
	bool more = !unlike && !less && take(r, ">");
	bool equal = !unlike && take(r, "=");
	int order;

	if (!unlike && !less && !more && !equal)
		return a.value_len != 1	 ? EXPR_N
		       : *a.value == 'y' ? EXPR_Y
		       : *a.value == 'm' ? EXPR_M
					 : EXPR_N;
	b = take_word(r);
	/* What is not set is neither more nor less than a number. */
	if ((less || more) && (!is_value(&a) || !is_value(&b)))
		return EXPR_N;
	order = compare(&a, &b);
	return (order == 0 && equal) || (order < 0 && (less || unlike)) ||
			       (order > 0 && (more || unlike))
		       ? EXPR_Y
		       : EXPR_N;
}

static int factor(struct reader *r)
{
	int value = EXPR_Y;

	skip(r);
	if (++r->depth > MAX_DEPTH) {
		r->unknown = true;
		r->p += strlen(r->p);
	} else if (*r->p == '!' && r->p[1] != '=') {
		r->p++;
		value = EXPR_Y - factor(r);
	} else if (take(r, "(")) {
		value = any(r);
		r->unknown |= !take(r, ")");
	} else {
		value = comparison(r);
	}
	r->depth--;
	return value;
}

static int all(struct reader *r)
{
	int value = factor(r);

	while (take(r, "&&")) {
		int next = factor(r);

		value = next < value ? next : value;
	}
	return value;
}

static int any(struct reader *r)
{
	int value = all(r);

	while (take(r, "||")) {
		int next = all(r);

		value = next > value ? next : value;
	}
	return value;
}

int expr_value(const char *text, const struct conf *c)
{
	struct reader r = { .p = text, .c = c };
	int value = any(&r);

	skip(&r);
	return r.unknown || *r.p ? EXPR_Y : value;
}

/* The next @op outside of parentheses and strings, or the end. */
static const char *find_outside(const char *p, const char *op)
{
	int open = 0;

	for (; *p; p++) {
		if (*p == '"' || *p == '\'') {
			p = string_end(p) - 1;
			continue;
		}
		open += (*p == '(') - (*p == ')');
		if (open == 0 && strncmp(p, op, 2) == 0)
			break;
	}
	return p;
}

bool expr_is_or(const char *text)
{
	return *find_outside(text, "||");
}

void expr_unmet(const char *text, const struct conf *c, int need,
		struct str *out)
{
	bool whole = expr_is_or(text);

	while (*text) {
		const char *end =
			whole ? text + strlen(text) : find_outside(text, "&&");
		auto_str struct str part = { 0 };
		size_t len;

		text += strspn(text, " \t");
		len = (size_t)(end - text);
		while (len > 0 && isspace((unsigned char)text[len - 1]))
			len--;
		str_add_bytes(&part, text, len);
		if (part.failed)
			out->failed = true;
		if (expr_value(str_text(&part), c) < need)
			str_addf(out, "%s%s", out->len ? " && " : "",
				 str_text(&part));
		text = *end ? end + 2 : end;
	}
}
