/* SPDX-License-Identifier: GPL-2.0-or-later */
/* choices.c - the variants on standard input, and what files tell of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/gauntlet/request.h"
#include "tools/gauntlet/select.h"
#include "tools/lib/spec/presets.h"
#include "tools/lib/utf8.h"

static char *read_all(size_t *ret_len)
{
	size_t len = 0, room = 1 << 16;
	char *text = must(malloc(room + 1));
	ssize_t n;

	if (isatty(STDIN_FILENO))
		note("reading variants from the terminal, one a line");
	while ((n = read(STDIN_FILENO, text + len, room - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die(EX_BROKEN, "cannot read standard input: %m");
		len += (size_t)n;
		if (len == room)
			text = must(realloc(text, (room *= 2) + 1));
	}
	text[len] = '\0';
	*ret_len = len;
	return text;
}

/* One line, cut out of the text; @len is that of the name. */
static void add_line(struct choices *c, const char *line, size_t len,
		     size_t number, size_t *room)
{
	struct variant_name name;
	struct choice *v;
	struct why why;

	if (variant_name_parse(line, len, &name, &why) < 0) {
		auto_str struct str shown = { 0 };

		utf8_add_line(&shown, line, len, 200);
		die(EX_USAGE,
		    "standard input, line %zu: '%s' is no variant's name: %s",
		    number, str_text(&shown), why.text);
	}
	if (c->count == *room) {
		*room = *room ? 2 * *room : 256;
		c->item = must(reallocarray(c->item, *room, sizeof(*c->item)));
	}
	v = &c->item[c->count++];
	*v = (struct choice){ .line = line,
			      .name_len = (uint32_t)len,
			      .in = true };
	for (size_t i = 0; i < VARIANT_PARTS; i++)
		v->part[i] =
			name_table_add(&c->words, name.part[i], name.len[i]);
}

static void read_lines(struct choices *c)
{
	size_t len, room = 0, number = 1;
	char *end;

	c->text = read_all(&len);
	end = c->text + len;
	for (char *line = c->text; line < end; number++) {
		char *stop = memchr(line, '\n', (size_t)(end - line)) ?: end;

		*stop = '\0';
		if (memchr(line, '\0', (size_t)(stop - line)))
			die(EX_USAGE, "standard input, line %zu: a NUL byte",
			    number);
		if (*line)
			add_line(c, line, strcspn(line, " "), number, &room);
		line = stop + 1;
	}
	if (!c->count)
		die(EX_USAGE,
		    "no variant on standard input; ktstr-gauntlet list prints "
		    "some");
}

static int by_word(const void *a, const void *b, void *words)
{
	return strverscmp(name_table_text(words, *(const uint32_t *)a),
			  name_table_text(words, *(const uint32_t *)b));
}

/* The place of each word among all. */
static uint32_t *rank_words(struct name_table *words)
{
	uint32_t *order = must(calloc(words->count + 1, sizeof(*order)));
	uint32_t *rank = must(calloc(words->count + 1, sizeof(*rank)));

	for (uint32_t i = 0; i < words->count; i++)
		order[i] = i;
	qsort_r(order, words->count, sizeof(*order), by_word, words);
	for (uint32_t i = 0; i < words->count; i++)
		rank[order[i]] = i;
	free(order);
	return rank;
}

struct ordering {
	const struct choice *item;
	const uint32_t *rank; /* of words */
};

static int by_name(const void *a, const void *b, void *arg)
{
	const struct ordering *o = arg;
	const uint32_t *x = o->item[*(const uint32_t *)a].part;
	const uint32_t *y = o->item[*(const uint32_t *)b].part;

	for (size_t i = 0; i < VARIANT_PARTS; i++) {
		if (x[i] != y[i])
			return o->rank[x[i]] < o->rank[y[i]] ? -1 : 1;
	}
	return 0;
}

/* Number all by name; none may be there twice. */
static void rank_all(struct choices *c)
{
	uint32_t *rank = rank_words(&c->words);
	uint32_t *order = must(calloc(c->count, sizeof(*order)));
	struct ordering o = { c->item, rank };

	for (uint32_t i = 0; i < c->count; i++)
		order[i] = i;
	qsort_r(order, c->count, sizeof(*order), by_name, &o);
	for (uint32_t i = 0; i < c->count; i++) {
		c->item[order[i]].rank = i;
		if (i && by_name(&order[i - 1], &order[i], &o) == 0)
			die(EX_USAGE,
			    "standard input has the variant '%.*s' twice",
			    (int)c->item[order[i]].name_len,
			    c->item[order[i]].line);
	}
	free(order);
	free(rank);
}

static const struct sched_file *find_sched(const struct project *p,
					   const char *name)
{
	for (size_t i = 0; i < p->sched_count; i++) {
		if (strcmp(sched_file_name(&p->sched[i]), name) == 0)
			return &p->sched[i];
	}
	return NULL;
}

/* A preset, a shape as given, or the machine that the files say. */
static struct topology find_machine(const struct choices *c, uint32_t machine)
{
	struct topology t = { 0 };
	uint32_t of[2];

	name_table_pair(&c->machines, machine, of);
	const char *name = name_table_text(&c->words, of[0]);
	if (of[1] == NAME_NONE) {
		const struct preset *preset = preset_find(name);

		/* @t is as it was where this fails. */
		(void)topology_parse(preset ? preset->text : name, &t, NULL);
		return t;
	}
	const struct test *test = c->test_of[of[0]];
	const char *its = name_table_text(&c->words, of[1]);
	const struct sched_file *sched = find_sched(&c->project, its);
	if (!test ||
	    (!sched && !test->has_topology && strcmp(its, "none") != 0))
		return t;
	return project_own_topology(test, sched ? sched_file_declaration(sched)
						: NULL);
}

static void number_groups(struct choices *c)
{
	uint32_t own = name_table_find(&c->words, "own", 3);

	for (size_t i = 0; i < c->count; i++) {
		struct choice *v = &c->item[i];
		uint32_t *part = v->part;
		bool is_own = part[VARIANT_PRESET] == own;

		v->machine = name_table_add_pair(
			&c->machines,
			part[is_own ? VARIANT_TEST : VARIANT_PRESET],
			is_own ? part[VARIANT_SCHEDULER] : NAME_NONE);
		v->flags = name_table_add_pair(&c->profiles,
					       part[VARIANT_SCHEDULER],
					       part[VARIANT_PROFILE]);
	}
}

/* What the files tell of the names. */
static void read_files(const struct select_request *req, struct choices *c)
{
	project_read(req->sched, req->test, true, &c->project);
	project_stop_on_complaints(&c->project);
	c->test_of = must(calloc(c->words.count + 1, sizeof(*c->test_of)));
	for (size_t i = 0; i < c->project.test_count; i++) {
		const struct test *t = &c->project.test[i].test;
		uint32_t word =
			name_table_find(&c->words, t->name, strlen(t->name));

		if (word != NAME_NONE)
			c->test_of[word] = t;
	}
	c->machine_of =
		must(calloc(c->machines.count + 1, sizeof(*c->machine_of)));
	for (uint32_t i = 0; i < c->machines.count; i++)
		c->machine_of[i] = find_machine(c, i);
}

void choices_read(const struct select_request *req, struct choices *ret)
{
	*ret = (struct choices){ 0 };
	read_lines(ret);
	rank_all(ret);
	number_groups(ret);
	read_files(req, ret);
}

void choices_done(struct choices *c)
{
	project_done(&c->project);
	name_table_done(&c->words);
	name_table_done(&c->machines);
	name_table_done(&c->profiles);
	free(c->machine_of);
	free(c->test_of);
	free(c->item);
	free(c->text);
	*c = (struct choices){ 0 };
}
