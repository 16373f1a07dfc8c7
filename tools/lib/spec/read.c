/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/num.h"
#include "tools/lib/words.h"

/* Room for a time as text. */
#define TIME_TEXT 32

struct place place_part(const struct place *at, size_t offset, size_t len)
{
	struct place part = *at;

	part.column += (unsigned int)offset;
	part.length = len ? (unsigned int)len : 1;
	return part;
}

int value_words(const char *value, const struct place *at,
		struct value_words *ret)
{
	static const char blanks[] = " \t\r";

	*ret = (struct value_words){ 0 };
	for (const char *p = value + strspn(value, blanks); *p;) {
		size_t len = strcspn(p, blanks);
		struct value_word *grown =
			reallocarray(ret->item, ret->count + 1, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		ret->item = grown;
		grown[ret->count].at = place_part(at, (size_t)(p - value), len);
		grown[ret->count].text = strndup(p, len);
		if (!grown[ret->count++].text)
			return -ENOMEM;
		p += len;
		p += strspn(p, blanks);
	}
	return 0;
}

void value_words_done(struct value_words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->item[i].text);
	free(w->item);
	*w = (struct value_words){ 0 };
}

void complain_of_name(struct diag *d, const struct place *at, const char *what,
		      const char *name, const char *const *names,
		      const struct planned *planned)
{
	for (; planned && planned->name; planned++) {
		if (strcmp(planned->name, name) != 0)
			continue;
		diag_add(d, at, "%s '%s' is not built yet%s%s", what, name,
			 planned->instead ? "; " : "",
			 planned->instead ? planned->instead : "");
		return;
	}
	diag_add(d, at, "unknown %s '%s'", what, name);
	diag_hint(d, diag_nearest(name, names));
}

bool is_repeated(const struct conf_section *s, size_t index, struct diag *d)
{
	const struct conf_entry *e = &s->entry[index];

	for (size_t i = 0; i < index; i++) {
		if (strcmp(s->entry[i].key, e->key) != 0)
			continue;
		diag_add(d, &e->at_key, "'%s' is given twice, first in line %u",
			 e->key, s->entry[i].at_key.line);
		return true;
	}
	return false;
}

void check_head(const struct conf_section *head, struct diag *d)
{
	for (size_t i = 0; i < head->entry_count; i++) {
		const struct conf_entry *e = &head->entry[i];

		if (strcmp(e->key, "format") == 0)
			is_repeated(head, i, d);
		else
			diag_add(d, &e->at_key,
				 "'%s' stands before the first section; only "
				 "'format' may",
				 e->key);
	}
}

int read_count_at(const char *text, const struct place *at, const char *what,
		  struct diag *d, unsigned int min, unsigned int max,
		  unsigned int *ret)
{
	uint64_t value;

	if (num_parse(text, min, max, &value) < 0) {
		diag_add(d, at, "%s is a number from %u to %u, not '%s'", what,
			 min, max, text);
		return -EINVAL;
	}
	*ret = (unsigned int)value;
	return 0;
}

void read_count(const struct conf_entry *e, struct diag *d, unsigned int min,
		unsigned int max, unsigned int *ret)
{
	char what[128];

	snprintf(what, sizeof(what), "'%s'", e->key);
	(void)read_count_at(e->value, &e->at_value, what, d, min, max, ret);
}

/* A time in the largest unit that leaves a whole number. */
static void format_time(uint64_t ns, char ret[TIME_TEXT])
{
	static const struct {
		uint64_t ns;
		const char *name;
	} unit[] = {
		{ 3600000000000, "h" }, { 60000000000, "m" },
		{ 1000000000, "s" },	{ 1000000, "ms" },
		{ 1000, "us" },		{ 1, "ns" },
	};
	size_t i = 0;

	while (ns % unit[i].ns)
		i++;
	if (ns == 0)
		snprintf(ret, TIME_TEXT, "0");
	else
		snprintf(ret, TIME_TEXT, "%" PRIu64 "%s", ns / unit[i].ns,
			 unit[i].name);
}

int read_time_at(const char *text, const struct place *at, const char *what,
		 struct diag *d, uint64_t min_ns, uint64_t max_ns,
		 uint64_t *ret_ns)
{
	char low[TIME_TEXT], high[TIME_TEXT];
	uint64_t ns;
	int r = num_parse_time(text, &ns);

	if (r == 0 && ns >= min_ns && ns <= max_ns) {
		*ret_ns = ns;
		return 0;
	}
	format_time(min_ns, low);
	format_time(max_ns, high);
	if (r == -EINVAL)
		diag_add(d, at,
			 "%s is a time with its unit, such as 50ms or 1.5s, "
			 "not '%s'",
			 what, text);
	else
		diag_add(d, at, "%s is from %s to %s, not '%s'", what, low,
			 high, text);
	return -EINVAL;
}

void read_time(const struct conf_entry *e, struct diag *d, uint64_t min_ns,
	       uint64_t max_ns, uint64_t *ret_ns)
{
	char what[128];

	snprintf(what, sizeof(what), "'%s'", e->key);
	(void)read_time_at(e->value, &e->at_value, what, d, min_ns, max_ns,
			   ret_ns);
}

void read_yesno(const struct conf_entry *e, struct diag *d, bool *ret)
{
	if (strcmp(e->value, "yes") == 0)
		*ret = true;
	else if (strcmp(e->value, "no") == 0)
		*ret = false;
	else
		diag_add(d, &e->at_value, "'%s' is yes or no, not '%s'", e->key,
			 e->value);
}

int read_topology(const struct conf_entry *e, struct diag *d,
		  struct topology *ret, bool *ret_has)
{
	struct topology_fault at;
	struct why why;

	int r = topology_parse_at(e->value, ret, &at, &why);

	if (r == -EINVAL) {
		struct place place = place_part(&e->at_value, at.at, at.len);

		diag_add(d, &place, "%s", why.text);
		return 0;
	}
	*ret_has = r == 0;
	return r;
}

int read_args(const struct conf_entry *e, struct diag *d, char ***ret)
{
	auto_words char **words = NULL;
	size_t at = 0;
	int r = words_split(e->value, &words, &at);

	if (r == -EINVAL) {
		struct place quote = place_part(&e->at_value, at, 1);

		diag_add(d, &quote, "this quote is not closed");
		return 0;
	}
	for (int i = 0; i < r; i++) {
		if (words_append(ret, words[i]) < 0)
			return -ENOMEM;
	}
	return r < 0 ? r : 0;
}

bool is_name(const char *name, const char *more)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char *p = name;

	for (size_t len = 1; len;) {
		len = strspn(p, plain);
		len += strspn(p + len, more);
		p += len;
	}
	return *name && !*p;
}

int read_names(const struct conf_entry *e, struct diag *d, const char *what,
	       char ***ret)
{
	auto_value_words struct value_words w = { 0 };

	if (value_words(e->value, &e->at_value, &w) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < w.count; i++) {
		const char *name = w.item[i].text;
		char **same = *ret;

		while (same && *same && strcmp(*same, name) != 0)
			same++;
		if (!is_name(name, "-_."))
			diag_add(d, &w.item[i].at,
				 "'%s' is no name of a %s: letters, digits, "
				 "'-', '_' and '.'",
				 name, what);
		else if (same && *same)
			diag_add(d, &w.item[i].at, "%s '%s' is named twice",
				 what, name);
		else if (words_append(ret, name) < 0)
			return -ENOMEM;
	}
	return 0;
}

int read_share_at(const char *text, const struct place *at, struct diag *d,
		  double *ret)
{
	size_t whole = strspn(text, "0123456789"), decimals = 0;
	double value = 0, weight = 1;

	if (text[whole] == '.')
		decimals = strspn(text + whole + 1, "0123456789");
	if (whole > 0 && whole < 4 && decimals < 10 &&
	    !text[whole + (text[whole] == '.') + decimals] &&
	    (text[whole] != '.' || decimals)) {
		for (size_t i = 0; i < whole; i++)
			value = value * 10 + (text[i] - '0');
		for (size_t i = 0; i < decimals; i++) {
			value = value * 10 + (text[whole + 1 + i] - '0');
			weight *= 10;
		}
		value /= weight;
		if (value <= 1) {
			*ret = value;
			return 0;
		}
	}
	diag_add(d, at,
		 "a share is a number from 0 to 1 such as 0.25, not '%s'",
		 text);
	return -EINVAL;
}

const struct conf_entry *section_find(const struct conf_section *s,
				      const char *key)
{
	for (size_t i = 0; i < s->entry_count; i++) {
		if (strcmp(s->entry[i].key, key) == 0)
			return &s->entry[i];
	}
	return NULL;
}

const struct place *place_of(const struct conf *c, const char *kind,
			     const char *name, const char *key)
{
	for (size_t i = 0; i < c->section_count; i++) {
		const struct conf_section *s = &c->section[i];
		const struct conf_entry *e;

		if (strcmp(s->kind, kind) != 0 || strcmp(s->name, name) != 0)
			continue;
		e = section_find(s, key);
		return e ? &e->at_value : &s->at;
	}
	return &c->section[0].at;
}

char *name_of_file(const struct conf *c, const char *ending, struct diag *d)
{
	const char *slash = strrchr(c->path, '/');
	const char *base = slash ? slash + 1 : c->path;
	size_t len = strlen(base), tail = strlen(ending);
	struct place at = { c->path, "", 1, 1, 1 };

	if (len > tail && strcmp(base + len - tail, ending) == 0)
		len -= tail;
	auto_free char *name = strndup(base, len);
	if (!name)
		return NULL;
	if (!is_name(name, "-_.+") || name[0] == '.' || name[0] == '-')
		diag_add(d, &at,
			 "'%s' cannot be a name: a file is named with letters, "
			 "digits, '-', '_', '+' and '.', and begins with "
			 "neither '-' nor '.'",
			 name);
	return take_ptr(name);
}
