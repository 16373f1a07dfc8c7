/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/repro/plan-text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/num.h"

#define LINE_MAX_BYTES 160
#define WORDS_MAX      8
#define PIECE_MAX      64

/* Split @line at blanks, in place. Return: how many words; more than WORDS_MAX:
 * too many. */
static unsigned int split(char *line, const char *word[WORDS_MAX])
{
	unsigned int n = 0;

	for (char *at = line; *at; n++) {
		size_t len = strcspn(at, " ");

		if (n < WORDS_MAX)
			word[n] = at;
		at += len;
		if (*at)
			*at++ = '\0';
	}
	return n;
}

static bool number(const char *text, uint64_t max, uint64_t *ret)
{
	return num_parse(text, 0, max, ret) == 0;
}

/* The same, where "-" is none. */
static bool optional(const char *text, uint64_t max, uint32_t *ret)
{
	uint64_t value = REPRO_NONE;

	if (strcmp(text, "-") != 0 && !number(text, max, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

static bool read_function(const char *const *word, struct repro_watch *w)
{
	struct repro_function *f = &w->function[w->count];
	uint64_t args, context, returns;

	if (w->count == REPRO_FUNCTIONS_MAX || !*word[1] ||
	    strlen(word[1]) >= sizeof(w->name[0]) ||
	    !number(word[2], UINT64_MAX, &f->at) ||
	    !number(word[3], 255, &args) || !number(word[4], 1, &context) ||
	    !number(word[5], 1, &returns) ||
	    !optional(word[6], 65535, &w->member[w->count]) ||
	    !optional(word[7], REPRO_ARGS - 1, &w->task[w->count]))
		return false;
	f->args = (uint8_t)args;
	f->context = (uint8_t)context;
	f->returns = (uint8_t)returns;
	memcpy(w->name[w->count], word[1], strlen(word[1]) + 1);
	w->count++;
	return true;
}

static bool read_piece(const char *const *word, struct repro_watch *w)
{
	struct repro_function *f = w->count ? &w->function[w->count - 1] : NULL;
	uint64_t arg, at, size;
	uint32_t hop, all = 0;

	if (!f || f->piece_count == REPRO_PIECES_MAX ||
	    !number(word[1], REPRO_ARGS - 1, &arg) ||
	    !number(word[2], REPRO_NONE - 1, &at) ||
	    !number(word[3], PIECE_MAX, &size) || size == 0 ||
	    !optional(word[4], REPRO_NONE - 1, &hop))
		return false;
	f->piece[f->piece_count++] =
		(struct repro_piece){ .arg = (uint8_t)arg,
				      .size = (uint16_t)size,
				      .at = (uint32_t)at,
				      .hop = hop };
	for (unsigned int i = 0; i < f->piece_count; i++)
		all += f->piece[i].size;
	return all <= REPRO_DATA_MAX;
}

static bool read_trigger(const char *const *word, struct repro_watch *w)
{
	uint64_t trigger, kind;

	if (!number(word[1], UINT64_MAX, &trigger) || trigger >= w->count ||
	    !number(word[2], REPRO_ARGS - 1, &kind))
		return false;
	w->trigger = (unsigned int)trigger;
	w->trigger_kind = (unsigned int)kind;
	return true;
}

static bool read_line(char *line, bool is_first, struct repro_watch *w,
		      bool *is_last)
{
	const char *word[WORDS_MAX] = { "" };
	unsigned int n = split(line, word);
	uint64_t at;

	if (*is_last || is_first != (strcmp(word[0], "pid-at") == 0))
		return false;
	if (is_first && n == 2 && number(word[1], 65535, &at)) {
		w->pid_at = (uint32_t)at;
		return true;
	}
	if (strcmp(word[0], "function") == 0 && n == 8)
		return read_function(word, w);
	if (strcmp(word[0], "piece") == 0 && n == 5)
		return read_piece(word, w);
	*is_last = strcmp(word[0], "trigger") == 0 && n == 3;
	return *is_last && read_trigger(word, w);
}

int repro_plan_read(const char *text, struct repro_watch *ret,
		    struct why *reterr_why)
{
	char line[LINE_MAX_BYTES];
	unsigned int n = 1;
	bool is_last = false;

	*ret = (struct repro_watch){ 0 };
	for (; *text; n++) {
		size_t len = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (len >= sizeof(line) ||
		    !read_line(line, n == 1, ret, &is_last)) {
			snprintf(line, sizeof(line), "%.*s", (int)len, text);
			return why_set(reterr_why, -EINVAL,
				       "line %u of the plan of auto-repro is "
				       "wrong: '%.60s'",
				       n, line);
		}
		text += len + (text[len] == '\n');
	}
	if (!is_last)
		return why_set(reterr_why, -EINVAL,
			       "the plan of auto-repro has no trigger");
	return 0;
}
