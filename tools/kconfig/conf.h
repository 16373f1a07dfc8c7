/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf.h - kernel configurations and fragments: read, merge, compare. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/**
 * struct conf_line - one option and its value
 * @name:  with its CONFIG_
 * @value: as written behind "=", quotes included; "n" for "is not set"
 * @file:  name of the file that said so last
 * @line:  its line, from 1
 * @turn:  higher than that of every option that was set before
 */
struct conf_line {
	char *name;
	char *value;
	char *file;
	unsigned int line;
	size_t turn;
};

/* Called for each line that changes the value that a fragment gave before. */
typedef void conf_override_fn(const struct conf_line *was,
			      const struct conf_line *now, void *data);

/**
 * struct conf - options, each name once
 *
 * They are written in the order in which they were last set: of the options of
 * a choice, kconfig takes the last one that is "y". Start with { 0 } or declare
 * it auto_conf. @twice, if set, is told by conf_read() of an option that has
 * another value already.
 */
struct conf {
	conf_override_fn *twice;
	struct conf_line *line;
	size_t count, room, turns;
	size_t *slot; /* hash table: index + 1 into line, 0 is empty */
	size_t slots; /* a power of two */
};

#define auto_conf __attribute__((cleanup(conf_done)))

void conf_done(struct conf *c);

/**
 * conf_read() - read a .config or a fragment
 * @c:     in and out; a name that it has already gets the new value
 * @label: the file's name in messages, or NULL for @path
 *
 * A line is "CONFIG_X=value", "# CONFIG_X is not set", another comment, or
 * blank. "CONFIG_X=n" means the same as "is not set".
 *
 * Return: 0, or
 * * -EINVAL - some line is none of these (@reterr_why has file:line:column),
 *             or the file is larger than 4 MiB
 * * -errno  - of reading
 */
int conf_read(struct conf *c, const char *path, const char *label,
	      struct why *reterr_why);

/* The same from @text, which is changed; @label is its name in messages. */
int conf_parse(struct conf *c, char *text, const char *label,
	       struct why *reterr_why);

/* Set one option, as a line of a file would. Return: 0 or -ENOMEM. */
int conf_set(struct conf *c, const struct conf_line *from);

/* The option called @name, or NULL. The pointer lives until the next change. */
const struct conf_line *conf_find(const struct conf *c, const char *name);

/* Is @want true in @c? An option that @c does not name is "n"; 0x may be
 * missing before the wanted number. */
bool conf_has(const struct conf *c, const struct conf_line *want);

/**
 * conf_merge() - apply @over to @c, last wins
 * @fn: told what @over changes in @c; NULL when nobody wants to know
 *
 * Return: 0 or -ENOMEM.
 */
int conf_merge(struct conf *c, const struct conf *over, conf_override_fn *fn,
	       void *data);

/* Append "CONFIG_X=value" or "# CONFIG_X is not set", without a newline. */
void conf_format_line(struct str *out, const struct conf_line *line);

/* Append all lines in the order of their turns, each with a newline. */
void conf_format(struct str *out, const struct conf *c);
