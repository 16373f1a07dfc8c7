/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work.c - "work = TYPE option=value ...". */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/test-parts.h"
#include "tools/lib/spec/work-parts.h"
#include "tools/lib/words.h"

/* One "option=value" on its way. */
struct option {
	char *name, *value;
	struct place at, at_value;
	struct diag *d;
};

static void read_workers(struct option *o, struct work *w)
{
	(void)amount_read_at(o->value, &o->at_value, "'workers'", o->d, 1,
			     WORK_WORKERS_MAX, &w->workers);
}

static void read_policy(struct option *o, struct work *w)
{
	(void)policy_read(o->value, &o->at_value, o->d, &w->policy,
			  &w->priority);
}

static void read_nice(struct option *o, struct work *w)
{
	(void)nice_read(o->value, &o->at_value, "'nice'", o->d, &w->nice);
}

static void read_affinity(struct option *o, struct work *w)
{
	(void)affinity_read(o->value, &o->at_value, o->d, &w->affinity);
}

static void read_mem(struct option *o, struct work *w)
{
	work_read_mem(o->value, &o->at_value, o->d, &w->mem);
}

static void read_mem_flags(struct option *o, struct work *w)
{
	work_read_mem_flags(o->value, &o->at_value, o->d, &w->mem);
}

/* Options that all types have. */
static const struct {
	const char *name;
	void (*read)(struct option *o, struct work *w);
} option_table[] = {
	{ "workers", read_workers }, { "policy", read_policy },
	{ "nice", read_nice },	     { "affinity", read_affinity },
	{ "mem", read_mem },	     { "mem-flags", read_mem_flags },
};
#define OPTION_COUNT (sizeof(option_table) / sizeof(option_table[0]))

static void format_size(uint64_t bytes, char ret[32])
{
	bool mib = bytes % (1 << 20) == 0;

	snprintf(ret, 32, "%" PRIu64 "%c", bytes >> (mib ? 20 : 10),
		 mib ? 'M' : 'K');
}

static void read_size(const struct option *o, const struct work_option *own,
		      uint64_t *ret)
{
	char low[32], high[32];
	uint64_t bytes;
	int r = num_parse_size(o->value, &bytes);

	if (r == 0 && bytes >= own->min && bytes <= own->max) {
		*ret = bytes;
		return;
	}
	format_size(own->min, low);
	format_size(own->max, high);
	if (r == -EINVAL)
		diag_add(o->d, &o->at_value,
			 "%s is a size with its unit, such as 32K or 4M, not "
			 "'%s'",
			 o->name, o->value);
	else
		diag_add(o->d, &o->at_value, "%s is from %s to %s, not '%s'",
			 o->name, low, high, o->value);
}

static void read_yes(const struct option *o, bool *ret)
{
	if (strcmp(o->value, "yes") == 0 || strcmp(o->value, "no") == 0)
		*ret = o->value[0] == 'y';
	else
		diag_add(o->d, &o->at_value, "'%s' is yes or no, not '%s'",
			 o->name, o->value);
}

/* An option of this one type. */
static void read_own(struct option *o, const struct work_option *own,
		     struct work *w)
{
	uint64_t *field = (uint64_t *)((char *)w + own->offset);
	unsigned int number;
	char what[32];

	snprintf(what, sizeof(what), "'%s'", own->name);
	switch (own->kind) {
	case FIELD_NUMBER:
		if (read_count_at(o->value, &o->at_value, what, o->d,
				  (unsigned int)own->min,
				  (unsigned int)own->max, &number) == 0)
			*field = number;
		return;
	case FIELD_TIME:
		(void)read_time_at(o->value, &o->at_value, own->name, o->d,
				   own->min, own->max, field);
		return;
	case FIELD_SIZE:
		read_size(o, own, field);
		return;
	case FIELD_PHASES:
		work_read_phases(o->value, &o->at_value, o->d, w);
		return;
	case FIELD_YES:
		read_yes(o, &w->once);
	}
}

/* Those types that have an option, as a list for a message. */
static void list_owners(const char *option, struct str *out)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < WORK_TYPES; i++) {
		if (!work_find_option((enum work_type)i, option))
			continue;
		str_addf(out, "%s'%s'", n++ ? ", " : "", work_type_names[i]);
	}
	str_add(out, n == 1 ? " has" : " have");
}

static void complain_of_option(const struct option *o, const struct work *w)
{
	const char *names[OPTION_COUNT + WORK_OPTIONS + 1] = { NULL };
	struct place at = place_part(&o->at, 0, strlen(o->name));
	unsigned int n = 0;

	for (size_t i = 0; i < WORK_OPTIONS; i++) {
		auto_str struct str owners = { 0 };

		names[n++] = work_option_table[i].name;
		if (strcmp(work_option_table[i].name, o->name) != 0)
			continue;
		list_owners(o->name, &owners);
		diag_add(o->d, &at, "'%s' has no '%s'; only %s",
			 work_type_names[w->type], o->name, str_text(&owners));
		return;
	}
	for (size_t i = 0; i < OPTION_COUNT; i++)
		names[n++] = option_table[i].name;
	complain_of_name(o->d, &at, "option", o->name, names, NULL);
}

/* @seen: one bit for each option so far, in and out. */
static void read_option(struct option *o, struct work *w, unsigned int *seen)
{
	const struct work_option *own = work_find_option(w->type, o->name);
	unsigned int number = OPTION_COUNT;
	struct place at_name = place_part(&o->at, 0, strlen(o->name));

	for (unsigned int i = 0; i < OPTION_COUNT; i++) {
		if (strcmp(option_table[i].name, o->name) == 0)
			number = i;
	}
	if (own)
		number += (unsigned int)(own - work_option_table);
	else if (number == OPTION_COUNT)
		return complain_of_option(o, w);
	if (*seen & 1U << number)
		diag_add(o->d, &at_name, "'%s' is given twice", o->name);
	else if (own)
		read_own(o, own, w);
	else
		option_table[number].read(o, w);
	*seen |= 1U << number;
}

/* "name=", and then anything: that is no program. */
static bool is_option(const char *word)
{
	size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz-");

	return len > 0 && word[len] == '=';
}

int work_read_program(const char *text, const struct place *at, struct diag *d,
		      struct work *w)
{
	size_t bad = 0;
	int n = words_split(text, &w->program, &bad);

	w->at_program = *at;
	if (n == -ENOMEM)
		return n;
	if (n < 0) {
		struct place quote = place_part(at, bad, 1);

		diag_add(d, &quote, "this quote is not closed");
	} else if (!*w->program[0] ||
		   w->program[0][strlen(w->program[0]) - 1] == '/') {
		diag_add(d, &w->at_program, "'%s' is no program",
			 w->program[0]);
	}
	return 0;
}

/* What stands from @first on are exec's program and its arguments. */
static int read_program(const char *text, const struct place *at,
			const struct value_word *first, struct diag *d,
			struct work *w)
{
	size_t offset = first->at.column - at->column;
	struct place rest = place_part(at, offset, strlen(text + offset));

	return work_read_program(text + offset, &rest, d, w);
}

static void read_word(struct value_word *word, struct diag *d, struct work *w,
		      unsigned int *seen)
{
	size_t name_len = strcspn(word->text, "=");
	char *value = word->text + name_len + 1;
	struct option o = {
		.name = word->text,
		.value = value,
		.at = word->at,
		.at_value = place_part(&word->at, name_len + 1, strlen(value)),
		.d = d,
	};

	word->text[name_len] = '\0';
	read_option(&o, w, seen);
}

static int read_options(const char *text, const struct place *at,
			const struct value_words *words, struct diag *d,
			struct work *w)
{
	unsigned int seen = 0;
	bool told = false;

	for (size_t i = 1; i < words->count; i++) {
		struct value_word *word = &words->item[i];

		if (w->type == WORK_EXEC && !is_option(word->text))
			return read_program(text, at, word, d, w);
		if (word->text[0] != '=' && strchr(word->text, '=')) {
			read_word(word, d, w, &seen);
			continue;
		}
		/* "workers = 4" is three such words, and one mistake */
		if (!told)
			diag_add(d, &word->at,
				 "what follows a work type is option=value, "
				 "without blanks around '='");
		told = true;
	}
	return 0;
}

/* What no single option tells. */
static void check_all(const struct work *w, const struct place *type,
		      struct diag *d)
{
	static const struct amount_machine none;
	const struct amount *n = &w->workers;
	unsigned int count;
	struct why why;

	if (w->type == WORK_EXEC && !w->at_program.text)
		diag_add(d, type,
			 "'exec' needs a program: exec stress-ng -c 1");
	if (w->type == WORK_SEQUENCE && !w->phase_count)
		diag_add(d, type,
			 "'sequence' needs its phases, such as "
			 "phases=spin:10ms,sleep:5ms");
	if (w->stride > w->size)
		diag_add(d, &w->at,
			 "the stride is larger than the memory: %" PRIu64
			 " of %" PRIu64 " bytes",
			 w->stride, w->size);
	if (amount_is_set(n) && amount_is_constant(n) &&
	    work_count(w, &none, &count, &why) < 0)
		diag_add(d, &w->at, "%s", why.text);
	if (w->nice && w->priority)
		diag_add(d, &w->at,
			 "'nice' means nothing to a real-time policy");
	work_check_mem(&w->mem, &w->at, d);
}

static bool find_type(const char *name, enum work_type *ret)
{
	for (size_t i = 0; i < WORK_TYPES; i++) {
		if (strcmp(work_type_names[i], name) != 0)
			continue;
		*ret = (enum work_type)i;
		return true;
	}
	return false;
}

static void set_defaults(struct work *w)
{
	const struct work_default *own = work_info[w->type].own;

	for (; own->option; own++) {
		const struct work_option *o =
			&work_option_table[own->option - 1];

		if (own->value)
			*(uint64_t *)((char *)w + o->offset) = own->value;
	}
	if (w->type == WORK_CACHE_PIPE)
		w->stride = 64;
}

struct work work_default(void)
{
	return (struct work){ .type = WORK_CPU_SPIN };
}

int work_read_text(const char *text, const struct place *at, struct diag *d,
		   struct work *ret)
{
	auto_value_words struct value_words words = { 0 };
	const char *names[WORK_TYPES + 2] = { NULL };
	int r;

	*ret = (struct work){ .at = *at };
	if (value_words(text, at, &words) < 0)
		return -ENOMEM;
	if (words.count == 0) {
		diag_add(d, at, "'work' needs a type, such as cpu-spin");
		return 0;
	}
	if (!find_type(words.item[0].text, &ret->type)) {
		memcpy(names, work_type_names, sizeof(work_type_names));
		names[WORK_TYPES] = "none";
		complain_of_name(d, &words.item[0].at, "work type",
				 words.item[0].text, names, NULL);
		return 0;
	}
	set_defaults(ret);
	r = read_options(text, at, &words, d, ret);
	if (r == 0)
		check_all(ret, &words.item[0].at, d);
	return r;
}

int work_read(const struct conf_entry *e, struct diag *d, struct work *ret)
{
	int r;

	if (*e->value)
		return work_read_text(e->value, &e->at_value, d, ret);
	r = work_read_text(e->value, &e->at_key, d, ret);
	ret->at = e->at_value;
	return r;
}

void work_done(struct work *w)
{
	words_free(w->program);
	w->program = NULL;
}
