/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pattern.h - shell patterns that read a text from its end, part by part.
 *
 * Profiles are chosen from the flag declared last to the first, so their names
 * are known from the end. What can no longer match needs not be gone through.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pattern_token;

/**
 * struct pattern - several patterns at once
 * @words: of 64 bits in a state: a bit for each place in each pattern, set when
 *	   what was read may be what stands behind it
 * @first, @last: states before anything is read, and bits of which one is set
 *		 when a whole text matches
 */
struct pattern {
	struct pattern_token *token;
	size_t places, words;
	uint64_t *first, *last;
};

/**
 * pattern_make() - prepare patterns, as of fnmatch(3) without flags
 * @globs: NULL-terminated; ASCII, other characters match none
 *
 * Ends the program when memory runs out.
 */
void pattern_make(char *const *globs, struct pattern *ret);
void pattern_done(struct pattern *p);

/* Read @text from its end. @state: in and out, p->words of them. */
void pattern_read(const struct pattern *p, const char *text, uint64_t *state);

/* Does all that was read match one of them? */
bool pattern_matches(const struct pattern *p, const uint64_t *state);
