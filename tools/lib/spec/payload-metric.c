/* SPDX-License-Identifier: GPL-2.0-or-later */
/* payload-metric.c - "metric = NAME option=value ... match=EXPRESSION". */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/num.h"
#include "tools/lib/spec/test-parts.h"
#include "tools/lib/utf8.h"

#define NAME_BYTES 200
#define UNIT_BYTES 32

const char *const payload_better_names[] = {
	[BETTER_UNKNOWN] = "",
	[BETTER_LOWER] = "lower",
	[BETTER_HIGHER] = "higher",
};

/* An option on its way. */
struct option {
	struct payload_metric *m;
	const char *value;
	struct place at_name, at;
	struct diag *d;
};

/* Names and units stand in the result, which is JSON, and in reports: a text
 * that is not UTF-8 would be left out there, and one with an escape sequence
 * would command the reader's terminal. */
static int check_text(const char *what, const char *text,
		      const struct place *at, struct diag *d)
{
	auto_str struct str clean = { 0 };

	utf8_add_line(&clean, text, strlen(text), 0);
	if (clean.failed)
		return -ENOMEM;
	if (strcmp(str_text(&clean), text) != 0)
		diag_add(d, at,
			 "a metric's %s is UTF-8 text without control "
			 "characters",
			 what);
	return 0;
}

/* "-1.5" */
static bool read_number(const struct option *o, double *ret)
{
	bool minus = o->value[0] == '-';

	if (num_parse_decimal(o->value + minus, ret) < 0) {
		diag_add(o->d, &o->at,
			 "a bound is a number such as 12 or -0.5, not '%s'",
			 o->value);
		return false;
	}
	if (minus)
		*ret = -*ret;
	return true;
}

static void read_better(const struct option *o)
{
	static const char *const names[] = { "lower", "higher", NULL };

	if (strcmp(o->value, "lower") == 0) {
		o->m->better = BETTER_LOWER;
	} else if (strcmp(o->value, "higher") == 0) {
		o->m->better = BETTER_HIGHER;
	} else {
		diag_add(o->d, &o->at, "'better' is lower or higher, not '%s'",
			 o->value);
		diag_hint(o->d, diag_nearest(o->value, names));
	}
}

static int read_unit(const struct option *o)
{
	if (!*o->value || strlen(o->value) > UNIT_BYTES) {
		diag_add(o->d, &o->at,
			 "'unit' is a word of at most %d bytes, such as MB/s",
			 UNIT_BYTES);
		return 0;
	}
	free(o->m->unit);
	o->m->unit = strdup(o->value);
	if (!o->m->unit)
		return -ENOMEM;
	return check_text("unit", o->value, &o->at, o->d);
}

static int set_option(const struct option *o, const char *name)
{
	static const char *const names[] = { "min",   "max",   "unit", "better",
					     "group", "match", NULL };

	if (strcmp(name, "min") == 0)
		o->m->has_min = read_number(o, &o->m->min);
	else if (strcmp(name, "max") == 0)
		o->m->has_max = read_number(o, &o->m->max);
	else if (strcmp(name, "better") == 0)
		read_better(o);
	else if (strcmp(name, "unit") == 0)
		return read_unit(o);
	else if (strcmp(name, "group") == 0)
		(void)read_count_at(o->value, &o->at, "'group'", o->d, 0,
				    PAYLOAD_GROUPS_MAX, &o->m->group);
	else
		complain_of_name(o->d, &o->at_name, "option", name, names,
				 NULL);
	return 0;
}

/*
 * How many '+' are within each other: of the part read last, and the most in
 * each group that is open. The regcomp(3) of glibc copies what a '+' repeats
 * (parse_dup_op() in posix/regcomp.c), so that each of them doubles the memory:
 * "a" and 32 of them take all there is.
 */
struct nesting {
	unsigned int last, inside[PAYLOAD_PATTERN_MAX + 1];
	size_t level;
};

static bool nests_too_much(struct nesting *n, char c)
{
	switch (c) {
	case '(':
		n->inside[++n->level] = 0;
		n->last = 0;
		break;
	case ')':
		n->last = n->level > 0 ? n->inside[n->level--] : 0;
		break;
	case '+':
		n->last++;
		break;
	case '*':
	case '?':
		break;
	default:
		n->last = 0;
		break;
	}
	if (n->inside[n->level] < n->last)
		n->inside[n->level] = n->last;
	return n->last > PAYLOAD_PLUS_MAX;
}

/* Does @text, of PAYLOAD_PATTERN_MAX bytes at most, have what makes regexec(3)
 * slow, or regcomp(3) large? */
static bool is_costly(const char *text)
{
	struct nesting n = { 0 };
	bool listed = false;

	for (const char *p = text; *p; p++) {
		char c = *p;

		if (c == '\\' && p[1] >= '1' && p[1] <= '9')
			return true;
		if (c == '\\' && p[1] && !listed) {
			p++;
			c = 'a'; /* no operator */
		} else if (c == '[' && !listed) {
			listed = true, p += p[1] == '^', p += p[1] == ']';
		} else if (c == ']' && listed) {
			listed = false;
		} else if (c == '{' && !listed) {
			return true;
		}
		if (listed)
			c = 'a';
		if (nests_too_much(&n, c))
			return true;
	}
	return false;
}

static void check_match(struct payload_metric *m, const struct place *at,
			bool grouped, struct diag *d)
{
	char text[128];
	regex_t re;
	int r;

	if (!*m->match || strlen(m->match) > PAYLOAD_PATTERN_MAX ||
	    is_costly(m->match)) {
		diag_add(d, at,
			 "'match' is an extended regular expression of at most "
			 "%d bytes, without {n} and \\1, and with no more than "
			 "%d '+' within each other",
			 PAYLOAD_PATTERN_MAX, PAYLOAD_PLUS_MAX);
		return;
	}
	r = regcomp(&re, m->match, REG_EXTENDED | REG_NEWLINE);
	if (r != 0) {
		regerror(r, &re, text, sizeof(text));
		diag_add(d, at, "'match' is no regular expression: %s", text);
		return;
	}
	if (!grouped)
		m->group = re.re_nsub > 0;
	if (m->group > re.re_nsub)
		diag_add(d, at, "'match' has %zu groups, and no group %u",
			 re.re_nsub, m->group);
	regfree(&re);
}

/* The rest of the line behind "match=", as it is. */
static int read_match(struct payload_metric *m, const struct conf_entry *e,
		      const struct value_word *word, bool grouped,
		      struct diag *d)
{
	size_t offset = word->at.column - e->at_value.column + strlen("match=");
	const char *text = e->value + offset;
	struct place at = place_part(&e->at_value, offset, strlen(text));

	m->match = strdup(text);
	if (!m->match)
		return -ENOMEM;
	check_match(m, &at, grouped, d);
	return 0;
}

static int read_options(struct payload_metric *m, const struct conf_entry *e,
			const struct value_words *w, struct diag *d)
{
	bool grouped = false;
	int r = 0;

	for (size_t i = 1; r == 0 && i < w->count; i++) {
		struct value_word *word = &w->item[i];
		char *equals = strchr(word->text, '=');
		struct option o = { .m = m, .at = word->at, .d = d };
		size_t len;

		if (strncmp(word->text, "match=", 6) == 0)
			return read_match(m, e, word, grouped, d);
		if (!equals) {
			diag_add(d, &word->at,
				 "what follows a metric's name is "
				 "option=value, without blanks around '='");
			return 0;
		}
		*equals = '\0';
		len = strlen(word->text);
		grouped |= strcmp(word->text, "group") == 0;
		o.value = equals + 1;
		o.at_name = place_part(&word->at, 0, len);
		if (*o.value)
			o.at = place_part(&word->at, len + 1, strlen(o.value));
		r = set_option(&o, word->text);
	}
	return r;
}

static int check_name(const struct payload *p, const struct payload_metric *m,
		      const struct place *at, struct diag *d)
{
	if (strlen(m->name) > NAME_BYTES || strchr(m->name, '='))
		diag_add(d, at,
			 "a metric begins with its name, of at most %d bytes "
			 "and without '='",
			 NAME_BYTES);
	for (size_t i = 0; i + 1 < p->metric_count; i++) {
		if (strcmp(p->metric[i].name, m->name) == 0)
			diag_add(d, at,
				 "a second metric '%s', the first is in line "
				 "%u",
				 m->name, p->metric[i].at.line);
	}
	return check_text("name", m->name, at, d);
}

int payload_read_metric(struct payload *p, const struct conf_entry *e,
			struct diag *d)
{
	auto_value_words struct value_words w = { 0 };
	struct payload_metric *m;

	if (value_words(e->value, &e->at_value, &w) < 0)
		return -ENOMEM;
	if (w.count == 0) {
		diag_add(d, &e->at_key,
			 "'metric' needs a name, such as read.iops");
		return 0;
	}
	if (p->metric_count == PAYLOAD_METRICS_MAX) {
		diag_add(d, &e->at_key, "a payload has at most %d metrics",
			 PAYLOAD_METRICS_MAX);
		return 0;
	}
	m = reallocarray(p->metric, p->metric_count + 1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	p->metric = m;
	m += p->metric_count++;
	*m = (struct payload_metric){ .name = strdup(w.item[0].text),
				      .at = e->at_value };
	if (!m->name)
		return -ENOMEM;
	if (check_name(p, m, &w.item[0].at, d) < 0)
		return -ENOMEM;
	return read_options(m, e, &w, d);
}

void payload_check_metric(const struct payload *p,
			  const struct payload_metric *m, struct diag *d)
{
	if (p->output == PAYLOAD_EXIT_CODE)
		diag_add(d, &m->at,
			 "'metric' needs 'output = json' or 'output = regex'");
	if (p->output == PAYLOAD_REGEX && !m->match)
		diag_add(d, &m->at,
			 "'output = regex' needs the expression that finds "
			 "'%s': match=...",
			 m->name);
	if (p->output == PAYLOAD_JSON && m->match)
		diag_add(d, &m->at, "'match' is for 'output = regex'");
	if (m->has_min && m->has_max && m->min > m->max)
		diag_add(d, &m->at, "'min' is above 'max'");
}
