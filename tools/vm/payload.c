/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/payload.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/num.h"

/* Brackets of a banner that are tried, so that no output takes long. */
#define TRIES_MAX 64
/* Bytes of a line that expressions see, and the NUL. */
#define LINE_SIZE 4097

json_t *payload_json(const struct str *text)
{
	const char *at = str_text(text), *end = at + text->len;
	json_t *all = json_loadb(at, text->len, 0, NULL);

	for (int i = 0; !all && i < TRIES_MAX && at < end; i++) {
		at += strcspn(at, "{[");
		if (at >= end || !*at)
			break;
		all = json_loadb(at, (size_t)(end - at), JSON_DISABLE_EOF_CHECK,
				 NULL);
		at++;
	}
	return all;
}

/* The member of the longest key that @path begins with. */
static const json_t *longest(const json_t *object, const char *path,
			     size_t *ret_len)
{
	auto_free char *key = strdup(path);

	for (size_t len = strlen(path); key && len > 0; len--) {
		const json_t *value;

		if (path[len] && path[len] != '.')
			continue;
		key[len] = '\0';
		value = json_object_get(object, key);
		if (!value)
			continue;
		*ret_len = len;
		return value;
	}
	return NULL;
}

static const json_t *element(const json_t *array, const char *path,
			     size_t *ret_len)
{
	size_t len = strspn(path, "0123456789");

	if (len == 0 || len > 9 || (path[len] && path[len] != '.'))
		return NULL;
	*ret_len = len;
	return json_array_get(array, strtoul(path, NULL, 10));
}

int payload_at(const json_t *value, const char *path, double *ret,
	       struct why *reterr_why)
{
	const char *rest = path;

	while (*rest) {
		size_t len = 0;

		value = json_is_array(value) ? element(value, rest, &len)
					     : longest(value, rest, &len);
		if (!value)
			return why_set(reterr_why, -ENOENT,
				       "the output has no '%s'", path);
		rest += len;
		rest += *rest == '.';
	}
	if (!json_is_number(value))
		return why_set(reterr_why, -EINVAL,
			       "'%s' of the output is no number", path);
	*ret = json_number_value(value);
	return 0;
}

static bool read_number(const char *text, double *ret)
{
	char *end;

	/* strtod(3) knows more than numbers: "0x1p3", "inf". */
	if (!*text || text[strspn(text, "0123456789.eE+-")])
		return false;
	*ret = strtod(text, &end);
	return !*end && isfinite(*ret);
}

/* The first line that is like @re. regexec(3) of glibc takes time by the square
 * of a text's length. Return: 0, -ENOENT, or -ENOMEM. */
static int match_lines(const regex_t *re, const char *text,
		       char line[LINE_SIZE],
		       regmatch_t found[PAYLOAD_GROUPS_MAX + 1])
{
	int r = REG_NOMATCH;

	for (size_t len; r == REG_NOMATCH && *text; text += len) {
		len = strcspn(text, "\n");
		snprintf(line, LINE_SIZE, "%.*s", (int)len, text);
		r = regexec(re, line, PAYLOAD_GROUPS_MAX + 1, found, 0);
		len += text[len] == '\n';
	}
	return r == 0 ? 0 : r == REG_NOMATCH ? -ENOENT : -ENOMEM;
}

int payload_match(const struct payload_metric *m, const struct str *text,
		  double *ret, struct why *reterr_why)
{
	regmatch_t found[PAYLOAD_GROUPS_MAX + 1];
	const regmatch_t *g = &found[m->group];
	char line[LINE_SIZE];
	regex_t re;
	int r;

	if (regcomp(&re, m->match, REG_EXTENDED | REG_NEWLINE) != 0)
		return why_set(reterr_why, -EINVAL,
			       "'%s' is no regular expression", m->match);
	r = match_lines(&re, str_text(text), line, found);
	regfree(&re);
	if (r == -ENOMEM)
		return why_set(reterr_why, r, "out of memory");
	if (r != 0 || g->rm_so < 0)
		return why_set(reterr_why, -ENOENT,
			       "the output has no '%s': nothing in it is like "
			       "'%s'",
			       m->name, m->match);
	line[g->rm_eo] = '\0';
	if (!read_number(line + g->rm_so, ret))
		return why_set(reterr_why, -EINVAL,
			       "'%s' of the output is no number: '%.60s'",
			       m->name, line + g->rm_so);
	return 0;
}
