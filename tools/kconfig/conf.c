/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/kconfig/conf.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define MAX_BYTES (4 << 20)

static const char prefix[] = "CONFIG_";
static const char not_set[] = " is not set";

void conf_done(struct conf *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->line[i].name);
		free(c->line[i].value);
		free(c->line[i].file);
	}
	free(c->line);
	free(c->slot);
	*c = (struct conf){ 0 };
}

/* FNV-1a; any spread will do. */
static size_t spread(const char *name)
{
	uint64_t h = 14695981039346656037u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 1099511628211u;
	return (size_t)(h ^ (h >> 32));
}

/* Where @name is or belongs; the table is never full. */
static size_t *slot_of(const struct conf *c, const char *name)
{
	size_t i = spread(name) & (c->slots - 1);

	while (c->slot[i] && strcmp(c->line[c->slot[i] - 1].name, name) != 0)
		i = (i + 1) & (c->slots - 1);
	return &c->slot[i];
}

/* Make room for one more line, at most half of the slots in use. */
static int grow(struct conf *c)
{
	size_t room = c->room ? 2 * c->room : 64;
	struct conf_line *line;
	size_t *slot;

	if (c->count < c->room)
		return 0;
	line = reallocarray(c->line, room, sizeof(*line));
	if (!line)
		return -ENOMEM;
	c->line = line;
	slot = calloc(2 * room, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	free(c->slot);
	c->slot = slot;
	c->slots = 2 * room;
	c->room = room;
	for (size_t i = 0; i < c->count; i++)
		*slot_of(c, c->line[i].name) = i + 1;
	return 0;
}

const struct conf_line *conf_find(const struct conf *c, const char *name)
{
	size_t at = c->slots ? *slot_of(c, name) : 0;

	return at ? &c->line[at - 1] : NULL;
}

int conf_set(struct conf *c, const struct conf_line *from)
{
	auto_free char *name = strdup(from->name);
	auto_free char *value = strdup(from->value);
	auto_free char *file = strdup(from->file);
	struct conf_line *line;
	size_t *slot;

	if (!name || !value || !file || grow(c) < 0)
		return -ENOMEM;
	slot = slot_of(c, name);
	if (*slot == 0) {
		line = &c->line[c->count];
		*line = (struct conf_line){ .name = take_ptr(name) };
		*slot = ++c->count;
	}
	line = &c->line[*slot - 1];
	free(line->value);
	free(line->file);
	line->value = take_ptr(value);
	line->file = take_ptr(file);
	line->line = from->line;
	line->turn = c->turns++;
	return 0;
}

/* Bytes of an option's name at @s, its CONFIG_ included; 0 if there is none. */
static size_t name_length(const char *s)
{
	size_t n = strlen(prefix);

	if (strncmp(s, prefix, n) != 0)
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n > strlen(prefix) ? n : 0;
}

/*
 * Is @value, if it is a string, closed at its end? Return: true, or false and
 * the offset of the quote that is wrong.
 */
static bool is_closed(const char *value, size_t *reterr_at)
{
	size_t at = 1;

	*reterr_at = 0;
	if (*value != '"')
		return true;
	while (value[at] && value[at] != '"')
		at += value[at] == '\\' && value[at + 1] ? 2 : 1;
	if (!value[at])
		return false;
	*reterr_at = at;
	return value[at + 1] == '\0';
}

/*
 * Read one line. Return: 1 and *@ret (names point into @text) for an option,
 * 0 for a comment or a blank; with *@reterr_at -EINVAL when it is no line, or
 * -EBADMSG for a string that does not end where the line does.
 */
static int parse_line(char *text, struct conf_line *ret, size_t *reterr_at)
{
	size_t len = strlen(text), at, n;

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	if (strncmp(text, "# ", 2) == 0) {
		n = name_length(text + 2);
		if (n == 0 || strcmp(text + 2 + n, not_set) != 0)
			return 0;
		text[2 + n] = '\0';
		ret->name = text + 2;
		ret->value = (char *)"n";
		return 1;
	}
	at = strspn(text, " \t");
	if (text[at] == '\0' || text[at] == '#')
		return 0;
	n = name_length(text + at);
	if (n == 0 || text[at + n] != '=' || text[at + n + 1] == '\0') {
		*reterr_at = at + n;
		return -EINVAL;
	}
	if (!is_closed(text + at + n + 1, reterr_at)) {
		*reterr_at += at + n + 1;
		return -EBADMSG;
	}
	text[at + n] = '\0';
	ret->name = text + at;
	ret->value = text + at + n + 1;
	return 1;
}

int conf_parse(struct conf *c, char *text, const char *label,
	       struct why *reterr_why)
{
	struct conf_line line = { .file = (char *)label };
	const struct conf_line *was;
	char *next;

	for (char *p = text; p && *p; p = next) {
		size_t at = 0;
		int r;

		next = strchr(p, '\n');
		if (next)
			*next++ = '\0';
		line.line++;
		r = parse_line(p, &line, &at);
		if (r == -EBADMSG)
			return why_set(reterr_why, -EINVAL,
				       "%s:%u:%zu: a string ends with a quote, "
				       "and nothing is behind that: %.80s",
				       line.file, line.line, at + 1, p);
		if (r < 0)
			return why_set(reterr_why, r,
				       "%s:%u:%zu: expected CONFIG_NAME=value "
				       "or '# CONFIG_NAME is not set': %.80s",
				       line.file, line.line, at + 1, p);
		was = r > 0 && c->twice ? conf_find(c, line.name) : NULL;
		if (was && strcmp(was->value, line.value) != 0)
			c->twice(was, &line, NULL);
		if (r > 0 && conf_set(c, &line) < 0)
			return why_set(reterr_why, -ENOMEM, "out of memory");
	}
	return 0;
}

int conf_read(struct conf *c, const char *path, const char *label,
	      struct why *reterr_why)
{
	auto_free char *text = NULL;
	int r = file_read_at(AT_FDCWD, path, MAX_BYTES, &text);

	label = label ? label : path;
	if (r == -EFBIG)
		return why_set(reterr_why, -EINVAL,
			       "%s: not a kernel configuration: it is larger "
			       "than 4 MiB",
			       label);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s", path,
			       strerror(-r));
	if (strlen(text) != (size_t)r)
		return why_set(reterr_why, -EINVAL,
			       "%s: not a kernel configuration: it holds a "
			       "NUL byte",
			       label);
	return conf_parse(c, text, label, reterr_why);
}

bool conf_has(const struct conf *c, const struct conf_line *want)
{
	const struct conf_line *line = conf_find(c, want->name);
	const char *have = line ? line->value : "n";

	if (strcmp(have, want->value) == 0)
		return true;
	/* kconfig writes 0x before a hexadecimal number that has none. */
	return strncmp(have, "0x", 2) == 0 &&
	       strncmp(want->value, "0x", 2) != 0 &&
	       strcmp(have + 2, want->value) == 0;
}

static int by_turn(const void *a, const void *b)
{
	const struct conf_line *const *x = a, *const *y = b;

	return (*x)->turn < (*y)->turn ? -1 : 1;
}

/* The options in the order of their turns; the caller frees it. NULL: no
 * memory. */
static const struct conf_line **in_order(const struct conf *c)
{
	const struct conf_line **sorted = calloc(c->count + 1, sizeof(*sorted));

	for (size_t i = 0; sorted && i < c->count; i++)
		sorted[i] = &c->line[i];
	if (sorted)
		qsort(sorted, c->count, sizeof(*sorted), by_turn);
	return sorted;
}

int conf_merge(struct conf *c, const struct conf *over, conf_override_fn *fn,
	       void *data)
{
	auto_free const struct conf_line **sorted = in_order(over);

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < over->count; i++) {
		const struct conf_line *now = sorted[i];
		const struct conf_line *was = conf_find(c, now->name);

		if (fn && was && strcmp(was->value, now->value) != 0)
			fn(was, now, data);
		if (conf_set(c, now) < 0)
			return -ENOMEM;
	}
	return 0;
}

void conf_format_line(struct str *out, const struct conf_line *line)
{
	if (strcmp(line->value, "n") == 0)
		str_addf(out, "# %s%s", line->name, not_set);
	else
		str_addf(out, "%s=%s", line->name, line->value);
}

void conf_format(struct str *out, const struct conf *c)
{
	auto_free const struct conf_line **sorted = in_order(c);

	if (!sorted)
		str_fail(out);
	for (size_t i = 0; sorted && i < c->count; i++) {
		conf_format_line(out, sorted[i]);
		str_add(out, "\n");
	}
}
