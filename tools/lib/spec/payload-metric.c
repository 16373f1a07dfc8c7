/* SPDX-License-Identifier: GPL-2.0-or-later */
/* payload-metric.c - "metric = NAME option=value ... match=EXPRESSION". */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/test-parts.h"

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
	return o->m->unit ? 0 : -ENOMEM;
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

/* What makes regexec(3) slow, or regcomp(3) large: where it stands, or NULL. */
static const char *find_costly(const char *text)
{
	bool listed = false;

	for (const char *p = text; *p; p++) {
		if (*p == '\\' && p[1] >= '1' && p[1] <= '9')
			return p;
		if (*p == '\\' && p[1] && !listed)
			p++;
		else if (*p == '[' && !listed)
			listed = true, p += p[1] == '^', p += p[1] == ']';
		else if (*p == ']' && listed)
			listed = false;
		else if (*p == '{' && !listed)
			return p;
	}
	return NULL;
}

static void check_match(struct payload_metric *m, const struct place *at,
			bool grouped, struct diag *d)
{
	const char *costly = find_costly(m->match);
	char text[128];
	regex_t re;
	int r;

	if (!*m->match || strlen(m->match) > PAYLOAD_PATTERN_MAX || costly) {
		diag_add(d, at,
			 "'match' is an extended regular expression of at most "
			 "%d bytes, without {n} and \\1",
			 PAYLOAD_PATTERN_MAX);
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

static void check_name(const struct payload *p, const struct payload_metric *m,
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
	check_name(p, m, &w.item[0].at, d);
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
