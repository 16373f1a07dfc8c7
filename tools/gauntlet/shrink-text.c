/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shrink-text.c - a test's text with fewer workers and a shorter duration. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/shrink.h"
#include "tools/lib/cleanup.h"

/* Bytes of a text to be replaced. */
struct edit {
	size_t at, len;
	struct str text;
};

struct edits {
	struct edit *item;
	size_t count;
};

static void edits_done(struct edits *e)
{
	for (size_t i = 0; i < e->count; i++)
		str_done(&e->item[i].text);
	free(e->item);
}

static struct edit *add_edit(struct edits *e, size_t at, size_t len)
{
	e->item = must(reallocarray(e->item, e->count + 1, sizeof(*e->item)));
	e->item[e->count] = (struct edit){ .at = at, .len = len };
	return &e->item[e->count++];
}

/* Where a place begins in the whole text. */
static size_t offset_of(const char *text, const struct place *at)
{
	const char *p = text;

	for (unsigned int line = 1; line < at->line; line++)
		p += strcspn(p, "\n") + 1;
	return (size_t)(p - text) + at->column - 1;
}

static int by_offset(const void *a, const void *b)
{
	const struct edit *one = a, *two = b;

	return one->at < two->at ? -1 : one->at > two->at;
}

static char *apply(const char *text, struct edits *e)
{
	struct str out = { 0 };
	size_t at = 0;

	if (e->count)
		qsort(e->item, e->count, sizeof(*e->item), by_offset);
	for (size_t i = 0; i < e->count; i++) {
		str_add_bytes(&out, text + at, e->item[i].at - at);
		str_add(&out, str_text(&e->item[i].text));
		at = e->item[i].at + e->item[i].len;
	}
	str_add(&out, text + at);
	return must(str_take(&out));
}

/* The test says it in other words, or for the first time. */
static void set_key(const struct shrink *s, struct edits *e, const char *key,
		    const char *value)
{
	const struct conf *c = &s->test.conf;
	const struct conf_section *section = NULL;
	struct edit *edit;

	for (size_t i = 1; !section && i < c->section_count; i++) {
		if (strcmp(c->section[i].kind, "test") == 0)
			section = &c->section[i];
	}
	for (size_t i = 0; section && i < section->entry_count; i++) {
		const struct place *at = &section->entry[i].at_value;

		if (strcmp(section->entry[i].key, key) != 0)
			continue;
		edit = add_edit(e, offset_of(s->text, at),
				strlen(section->entry[i].value));
		str_add(&edit->text, value);
		return;
	}
	if (section) {
		size_t at = offset_of(s->text, &section->at);

		at += strcspn(s->text + at, "\n");
		edit = add_edit(e, at, 0);
		str_addf(&edit->text, "\n%s = %s", key, value);
	} else if (c->section_count > 1) {
		edit = add_edit(e, offset_of(s->text, &c->section[1].at), 0);
		str_addf(&edit->text, "[test]\n%s = %s\n", key, value);
	}
}

/* The value of the option "workers" in a kind of work, or NULL. */
static const char *find_workers(const char *work)
{
	const char *at = work;

	if (strncmp(work, "exec", 4) == 0)
		return NULL; /* it could be a word of the program's */
	while ((at = strstr(at, "workers="))) {
		if (at > work && strchr(" \t", at[-1]))
			return at + 8;
		at++;
	}
	return NULL;
}

static unsigned int whole_groups(const struct work *w, unsigned int cap)
{
	unsigned int size = work_group_size(w);

	return (cap + size - 1) / size * size;
}

/* One kind of work, which stands in the value of @e behind @skip bytes. */
static void cap_work(const struct shrink *s, const struct conf_entry *e,
		     size_t skip, unsigned int cap, struct edits *edits)
{
	const char *text = e->value + skip, *value = find_workers(text);
	struct diag d = { 0 };
	struct work w = { 0 };

	if (value && work_read_text(text, &e->at_value, &d, &w) == 0 &&
	    d.count == 0) {
		size_t len = strcspn(value, " \t");
		struct edit *edit = add_edit(edits,
					     offset_of(s->text, &e->at_value) +
						     (size_t)(value - e->value),
					     len);

		str_addf(&edit->text, "min(%.*s,%u)", (int)len, value,
			 whole_groups(&w, cap));
	}
	work_done(&w);
	diag_done(&d);
}

static void cap_section(const struct shrink *s, const struct conf_section *c,
			unsigned int cap, struct edits *edits)
{
	for (size_t i = 0; i < c->entry_count; i++) {
		const struct conf_entry *e = &c->entry[i];
		size_t name = strcspn(e->value, " \t");

		if (strcmp(e->key, "work") == 0 ||
		    strcmp(e->key, "spawn-host") == 0)
			cap_work(s, e, 0, cap, edits);
		else if (strcmp(e->key, "spawn") == 0)
			cap_work(s, e, name + strspn(e->value + name, " \t"),
				 cap, edits);
	}
}

/* The group that all kinds of work without a number of their own can do with.
 */
static unsigned int common_group(const struct shrink *s, unsigned int cap)
{
	const struct work *w;

	for (size_t i = 0; (w = test_work(&s->test, i)); i++) {
		if (!amount_is_set(&w->workers))
			cap = whole_groups(w, cap);
	}
	return cap;
}

char *shrink_text(const struct shrink *s, const struct shrunk *now)
{
	struct edits edits = { 0 };
	auto_str struct str duration = { 0 }, workers = { 0 };
	unsigned int cap = now->cap ? common_group(s, now->cap) : 0;
	struct diag d = { 0 };
	struct test t;
	char *text;

	if (now->duration_ns != s->first.duration_ns) {
		str_addf(&duration, "%" PRIu64 "ms",
			 now->duration_ns / 1000000);
		set_key(s, &edits, "duration", str_text(&duration));
	}
	if (cap && cap < s->test.workers) {
		str_addf(&workers, "%u", cap);
		set_key(s, &edits, "workers", str_text(&workers));
	}
	for (size_t i = 0; now->cap && i < s->test.conf.section_count; i++)
		cap_section(s, &s->test.conf.section[i], now->cap, &edits);
	text = apply(s->text, &edits);
	edits_done(&edits);
	if (test_parse(s->test_path, text, &d, &t) < 0)
		die(EX_BROKEN, "out of memory");
	if (d.count == 0) {
		struct test under =
			test_under(&t, s->has_sched ? &s->sched : NULL);

		test_check_fit(&under, &now->topology, &d);
	}
	if (d.count) {
		free(text);
		text = NULL;
	}
	test_done(&t);
	diag_done(&d);
	return text;
}

bool shrink_fits(const struct shrink *s, const struct shrunk *now)
{
	const struct test t =
		test_under(&s->test, s->has_sched ? &s->sched : NULL);
	const struct topology *m = &now->topology;
	auto_free char *text = NULL;

	if (m->nodes < t.min_nodes || m->llcs < t.min_llcs ||
	    topology_cpus(m) < t.min_cpus ||
	    (t.requires_smt && !topology_has_smt(m)))
		return false;
	text = shrink_text(s, now);
	return text != NULL;
}

unsigned int shrink_workers(const struct shrink *s)
{
	const struct amount_machine none = { .workers = s->test.workers };
	unsigned int most = 0;
	const struct work *w;

	for (size_t i = 0; (w = test_work(&s->test, i)); i++) {
		unsigned int n = TOPOLOGY_CPUS_MAX;

		/* One that depends on the machine is large enough. */
		if (w->program)
			continue;
		if (!amount_is_set(&w->workers) ||
		    amount_is_constant(&w->workers))
			(void)work_count(w, &none, &n, NULL);
		if (n > most)
			most = n;
	}
	return most;
}
