/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/flag-check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/flag-graph.h"
#include "tools/lib/spec/read.h"

/* The section of flag @index: they stand in the same order. */
static const struct conf_section *section_of(const struct sched *s,
					     size_t index)
{
	for (size_t i = 0; i < s->conf.section_count; i++) {
		if (strcmp(s->conf.section[i].kind, "flag") == 0 &&
		    index-- == 0)
			return &s->conf.section[i];
	}
	return NULL;
}

static bool find_word(const struct conf_entry *e, const char *word,
		      struct place *ret)
{
	auto_value_words struct value_words w = { 0 };

	if (strcmp(e->key, "requires") != 0 ||
	    value_words(e->value, &e->at_value, &w) < 0)
		return false;
	for (size_t i = 0; i < w.count; i++) {
		if (strcmp(w.item[i].text, word) == 0) {
			*ret = w.item[i].at;
			return true;
		}
	}
	return false;
}

/* Where flag @index says that it requires @name. */
static struct place place_of_need(const struct sched *s, size_t index,
				  const char *name)
{
	const struct conf_section *section = section_of(s, index);
	struct place at = s->flag[index].at;

	for (size_t i = 0; section && i < section->entry_count; i++) {
		if (find_word(&section->entry[i], name, &at))
			break;
	}
	return at;
}

/* All names of flags, for "did you mean". NULL when memory ran out. */
static const char **flag_names(const struct sched *s)
{
	const char **names = calloc(s->flag_count + 1, sizeof(*names));

	for (size_t i = 0; names && i < s->flag_count; i++)
		names[i] = s->flag[i].name;
	return names;
}

static void check_needs(const struct sched *s, size_t index,
			const char *const *names, struct diag *d)
{
	const struct sched_flag *f = &s->flag[index];

	for (char **r = f->requires; r && *r; r++) {
		struct place at = place_of_need(s, index, *r);

		if (strcmp(*r, f->name) == 0) {
			diag_add(d, &at, "flag '%s' requires itself", f->name);
		} else if (!sched_flag_find(s, *r)) {
			diag_add(d, &at,
				 "flag '%s' requires '%s', which is not "
				 "declared",
				 f->name, *r);
			diag_hint(d, diag_nearest(*r, names));
		}
	}
}

/* Flags from the one that was looked at first to the one that is now. */
struct path {
	const struct sched *s;
	struct diag *d;
	size_t flag[FLAGS_MAX], count;
	bool seen[FLAGS_MAX];
};

/* Where flag @index stands on the path; its length when it does not. */
static size_t find_on_path(const struct path *p, size_t index)
{
	size_t i = 0;

	while (i < p->count && p->flag[i] != index)
		i++;
	return i;
}

static void complain_of_ring(const struct path *p, size_t first,
			     const char *name)
{
	size_t last = p->flag[p->count - 1];
	struct place at = place_of_need(p->s, last, name);
	auto_str struct str ring = { 0 };

	for (size_t i = first; i < p->count; i++)
		str_addf(&ring, "'%s' requires ", p->s->flag[p->flag[i]].name);
	diag_add(p->d, &at,
		 "flags require each other in a ring, so that all are on or "
		 "none is: %s'%s'",
		 str_text(&ring), name);
}

static void find_rings(struct path *p, size_t index)
{
	char **r = p->s->flag[index].requires;

	p->seen[index] = true;
	p->flag[p->count++] = index;
	for (; r && *r; r++) {
		const struct sched_flag *f = sched_flag_find(p->s, *r);
		size_t next = f ? (size_t)(f - p->s->flag) : index;
		size_t at = find_on_path(p, next);

		if (next == index)
			continue; /* of that check_needs() has told */
		if (at < p->count)
			complain_of_ring(p, at, *r);
		else if (!p->seen[next])
			find_rings(p, next);
	}
	p->count--;
}

int flag_check(const struct sched *s, struct diag *d)
{
	struct path path = { .s = s, .d = d };
	const char **names = flag_names(s);

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < s->flag_count; i++)
		check_needs(s, i, names, d);
	free(names);
	if (s->flag_count > FLAGS_MAX) {
		diag_add(d, &s->flag[FLAGS_MAX].at,
			 "this is flag %d; a scheduler has %d at most",
			 FLAGS_MAX + 1, FLAGS_MAX);
		return 0;
	}
	for (size_t i = 0; i < s->flag_count; i++) {
		if (!path.seen[i])
			find_rings(&path, i);
	}
	return 0;
}
