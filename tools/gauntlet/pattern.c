/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/pattern.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"
#include "tools/lib/cleanup.h"

/**
 * struct pattern_token - what stands at a place of a pattern
 * @is_end:  nothing: the pattern is read
 * @is_star: "*"
 * @takes:   characters that match, else
 */
struct pattern_token {
	bool is_end, is_star, takes[128];
};

static bool has(const uint64_t *set, size_t bit)
{
	return set[bit / 64] >> bit % 64 & 1;
}

static void add(uint64_t *set, size_t bit)
{
	set[bit / 64] |= UINT64_C(1) << bit % 64;
}

/* Bytes of "[...]", or 1 when it is not closed. */
static size_t bracket_length(const char *p)
{
	size_t i = 1;

	i += p[i] == '!' || p[i] == '^';
	i += p[i] == ']';
	for (; p[i] && p[i] != ']'; i++) {
		const char *end = NULL;

		if (p[i] == '[' && p[i + 1] && strchr(":.=", p[i + 1]))
			end = strchr(p + i + 2, p[i + 1]);
		if (end && end[1] == ']')
			i = (size_t)(end - p) + 1;
		else if (p[i] == '\\' && p[i + 1])
			i++;
	}
	return p[i] ? i + 1 : 1;
}

static size_t token_length(const char *p)
{
	if (*p == '[')
		return bracket_length(p);
	return *p == '\\' && p[1] ? 2 : 1;
}

/* The library knows what one token matches. */
static void fill_token(const char *text, size_t len, struct pattern_token *ret)
{
	auto_free char *token = must(strndup(text, len));
	char c[2] = "";

	*ret = (struct pattern_token){ .is_star = strcmp(token, "*") == 0 };
	for (int i = 1; i < 128; i++) {
		c[0] = (char)i;
		ret->takes[i] = fnmatch(token, c, 0) == 0;
	}
}

/* Append the tokens of @glob, the last one first, and its end. */
static void add_glob(struct pattern *p, const char *glob)
{
	size_t from = p->places, len;

	p->token = must(reallocarray(p->token, from + strlen(glob) + 1,
				     sizeof(*p->token)));
	for (; *glob; glob += len) {
		len = token_length(glob);
		fill_token(glob, len, &p->token[p->places++]);
	}
	for (size_t i = from, j = p->places; i + 1 < j; i++) {
		struct pattern_token swap = p->token[i];

		p->token[i] = p->token[--j];
		p->token[j] = swap;
	}
	p->token[p->places++] = (struct pattern_token){ .is_end = true };
}

/* A star may be nothing. */
static void pass_stars(const struct pattern *p, uint64_t *state)
{
	for (size_t i = 0; i < p->places; i++) {
		if (has(state, i) && p->token[i].is_star)
			add(state, i + 1);
	}
}

void pattern_make(char *const *globs, struct pattern *ret)
{
	*ret = (struct pattern){ 0 };
	for (char *const *g = globs; *g; g++)
		add_glob(ret, *g);
	ret->words = ret->places / 64 + 1;
	ret->first = must(calloc(ret->words, sizeof(*ret->first)));
	ret->last = must(calloc(ret->words, sizeof(*ret->last)));
	for (size_t i = 0; i < ret->places; i++) {
		if (i == 0 || ret->token[i - 1].is_end)
			add(ret->first, i);
		if (ret->token[i].is_end)
			add(ret->last, i);
	}
	pass_stars(ret, ret->first);
}

void pattern_done(struct pattern *p)
{
	free(p->token);
	free(p->first);
	free(p->last);
	*p = (struct pattern){ 0 };
}

static void read_character(const struct pattern *p, unsigned char c,
			   uint64_t *state, uint64_t *next)
{
	memset(next, 0, p->words * sizeof(*next));
	for (size_t i = 0; i < p->places; i++) {
		const struct pattern_token *t = &p->token[i];

		if (!has(state, i) || t->is_end)
			continue;
		if (t->is_star)
			add(next, i);
		else if (c < 128 && t->takes[c])
			add(next, i + 1);
	}
	pass_stars(p, next);
	memcpy(state, next, p->words * sizeof(*next));
}

void pattern_read(const struct pattern *p, const char *text, uint64_t *state)
{
	auto_free uint64_t *next = must(calloc(p->words, sizeof(*next)));

	for (size_t i = strlen(text); i-- > 0;)
		read_character(p, (unsigned char)text[i], state, next);
}

bool pattern_matches(const struct pattern *p, const uint64_t *state)
{
	for (size_t i = 0; i < p->words; i++) {
		if (state[i] & p->last[i])
			return true;
	}
	return false;
}
