/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/conf.h"

#include <fcntl.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define LINE_MAX_BYTES 4096
#define FILE_MAX_BYTES (1U << 20)

/* One line on its way through the parser. */
struct line {
	struct conf *conf;
	struct diag *d;
	const char *text;
	unsigned int number;
	size_t start, end; /* what is left of it: blanks and comment are off */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct place place_at(const struct line *l, size_t start, size_t end)
{
	return (struct place){
		.path = l->conf->path,
		.text = l->text,
		.line = l->number,
		.column = (unsigned int)start + 1,
		.length = end > start ? (unsigned int)(end - start) : 1,
	};
}

/* Take blanks off both ends of @start to @end. */
static void trim(const char *text, size_t *start, size_t *end)
{
	while (*start < *end && is_blank(text[*start]))
		(*start)++;
	while (*end > *start && is_blank(text[*end - 1]))
		(*end)--;
}

/* Find what counts: a comment starts with a "#" in front or after a blank. */
static void find_content(struct line *l)
{
	l->start = 0;
	l->end = strlen(l->text);
	for (size_t i = 0; i < l->end; i++) {
		if (l->text[i] == '#' && (i == 0 || is_blank(l->text[i - 1])))
			l->end = i;
	}
	trim(l->text, &l->start, &l->end);
}

static int add_section(struct conf *c, const char *kind, size_t kind_len,
		       const char *name, size_t name_len, struct place at)
{
	struct conf_section *grown, *s;

	grown = reallocarray(c->section, c->section_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	c->section = grown;
	s = &grown[c->section_count++];
	*s = (struct conf_section){
		.kind = strndup(kind, kind_len),
		.name = strndup(name, name_len),
		.at = at,
	};
	return s->kind && s->name ? 0 : -ENOMEM;
}

/* Read "[kind name]". A bad header still opens a section, of no kind, so that
 * its keys are not taken for the section's before it. */
static int read_header(struct line *l)
{
	struct place at = place_at(l, l->start, l->end);
	size_t start = l->start + 1, end = l->end - 1, kind;

	bool closed = l->text[end] == ']';
	if (!closed) {
		diag_add(l->d, &at, "a section's header ends with ']'");
		end = l->end;
	}
	trim(l->text, &start, &end);
	for (kind = start; kind < end && !is_blank(l->text[kind]); kind++)
		;
	if (kind == start && closed)
		diag_add(l->d, &at,
			 "a section needs a name within '[' and ']'");
	const char *name = l->text + kind;
	size_t name_start = 0, name_end = end - kind;
	trim(name, &name_start, &name_end);
	return add_section(l->conf, l->text + start, kind - start,
			   name + name_start, name_end - name_start, at);
}

static int read_entry(struct line *l)
{
	struct conf_section *s = &l->conf->section[l->conf->section_count - 1];
	const char *equals = memchr(l->text + l->start, '=', l->end - l->start);
	struct place all = place_at(l, l->start, l->end);
	struct conf_entry *grown, *e;

	if (!equals) {
		diag_add(l->d, &all,
			 "neither '[section]' nor 'key = value' nor '# "
			 "comment'");
		return 0;
	}
	size_t key_start = l->start, key_end = (size_t)(equals - l->text);
	size_t start = key_end + 1, end = l->end;
	trim(l->text, &key_start, &key_end);
	trim(l->text, &start, &end);
	if (key_start == key_end) {
		diag_add(l->d, &all, "a key must stand before '='");
		return 0;
	}
	grown = reallocarray(s->entry, s->entry_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->entry = grown;
	e = &grown[s->entry_count++];
	*e = (struct conf_entry){
		.key = strndup(l->text + key_start, key_end - key_start),
		.value = strndup(l->text + start, end - start),
		.at_key = place_at(l, key_start, key_end),
		.at_value = place_at(l, start, end),
	};
	return e->key && e->value ? 0 : -ENOMEM;
}

static int read_line(struct line *l)
{
	if (strlen(l->text) > LINE_MAX_BYTES) {
		struct place at = place_at(l, LINE_MAX_BYTES, 0);

		diag_add(l->d, &at, "a line has at most %d bytes",
			 LINE_MAX_BYTES);
		return 0;
	}
	find_content(l);
	if (l->start == l->end)
		return 0;
	return l->text[l->start] == '[' ? read_header(l) : read_entry(l);
}

/* Cut @text into conf->line[], which is NULL-terminated. */
static int split_lines(const char *text, struct conf *c)
{
	size_t count = 1, n = 0;

	for (const char *p = text; *p; p++)
		count += *p == '\n';
	c->line = calloc(count + 1, sizeof(*c->line));
	if (!c->line)
		return -ENOMEM;
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, "\n");

		c->line[n] = strndup(p, len);
		if (!c->line[n++])
			return -ENOMEM;
		p += len + (p[len] == '\n');
	}
	return 0;
}

static void check_format(const struct conf_section *s, struct diag *d)
{
	for (size_t i = 0; i < s->entry_count; i++) {
		const struct conf_entry *e = &s->entry[i];

		if (strcmp(e->key, "format") != 0)
			continue;
		if (strcmp(e->value, "1") != 0)
			diag_add(d, &e->at_value,
				 "format '%s' is not known, only 1 is",
				 e->value);
	}
}

int conf_parse(const char *path, const char *text, struct diag *d,
	       struct conf *ret)
{
	struct line l = { .conf = ret, .d = d };
	int r;

	*ret = (struct conf){ .path = strdup(path) };
	if (!ret->path)
		return -ENOMEM;
	r = split_lines(text, ret);
	if (r < 0)
		return r;
	l.text = ret->line[0] ? ret->line[0] : "";
	l.number = 1;
	r = add_section(ret, "", 0, "", 0, place_at(&l, 0, 0));
	for (size_t i = 0; r == 0 && ret->line[i]; i++) {
		l.text = ret->line[i];
		l.number = (unsigned int)i + 1;
		r = read_line(&l);
	}
	if (r == 0)
		check_format(&ret->section[0], d);
	return r;
}

void conf_done(struct conf *c)
{
	for (size_t i = 0; i < c->section_count; i++) {
		struct conf_section *s = &c->section[i];

		for (size_t j = 0; j < s->entry_count; j++) {
			free(s->entry[j].key);
			free(s->entry[j].value);
		}
		free(s->entry);
		free(s->kind);
		free(s->name);
	}
	free(c->section);
	for (char **line = c->line; line && *line; line++)
		free(*line);
	free(c->line);
	free(c->path);
	*c = (struct conf){ 0 };
}

/* Complain about a NUL at @offset of @text; what follows it is not read. */
static void complain_of_nul(const char *path, const char *text, size_t offset,
			    struct diag *d)
{
	struct place at = { .path = path, .text = "", .line = 1, .length = 1 };
	size_t start = 0;

	for (size_t i = 0; i < offset; i++) {
		if (text[i] != '\n')
			continue;
		at.line++;
		start = i + 1;
	}
	at.text = text + start;
	at.column = (unsigned int)(offset - start) + 1;
	diag_add(d, &at, "a NUL byte: this is no text file");
}

int conf_load(const char *path, struct diag *d, char **ret_text,
	      struct why *reterr_why)
{
	auto_free char *text = NULL;
	int r = file_read_at(AT_FDCWD, path, FILE_MAX_BYTES, &text);

	/* no fixture: too large to keep, test-spec-conf.c has it. */
	if (r == -EFBIG)
		return why_set(reterr_why, r, "'%s' is longer than 1 MiB",
			       path);
	/* no fixture: there is no file, gauntlet.bats has it. */
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s", path,
			       strerror(-r));
	if (strlen(text) < (size_t)r)
		complain_of_nul(path, text, strlen(text), d);
	*ret_text = take_ptr(text);
	return 0;
}
