/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/name-table.h"

#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_of(const void *text, size_t len)
{
	const unsigned char *p = text;
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

static size_t len_of(const struct name_table *t, uint32_t n)
{
	return t->at[n + 1] - t->at[n] - 1;
}

/* The slot that has @text, or the free one where it belongs. */
static size_t slot_of(const struct name_table *t, const void *text, size_t len)
{
	size_t i = hash_of(text, len) & (t->slots - 1);

	for (;; i = (i + 1) & (t->slots - 1)) {
		uint32_t n = t->slot[i];

		if (n == NAME_NONE ||
		    (len_of(t, n) == len &&
		     memcmp(name_table_text(t, n), text, len) == 0))
			return i;
	}
}

/* Never more than half full. */
static void grow_slots(struct name_table *t)
{
	t->slots = t->slots ? 2 * t->slots : 64;
	free(t->slot);
	t->slot = must(malloc(t->slots * sizeof(*t->slot)));
	memset(t->slot, 0xff, t->slots * sizeof(*t->slot));
	for (uint32_t n = 0; n < t->count; n++)
		t->slot[slot_of(t, name_table_text(t, n), len_of(t, n))] = n;
}

static void append(struct name_table *t, const void *text, size_t len)
{
	if (t->count + 2 > t->room) {
		t->room = t->room ? 2 * t->room : 32;
		t->at = must(reallocarray(t->at, t->room, sizeof(*t->at)));
	}
	if (t->text_len + len + 1 > t->text_room) {
		t->text_room = 2 * (t->text_len + len + 1);
		t->text = must(realloc(t->text, t->text_room));
	}
	memcpy(t->text + t->text_len, text, len);
	t->text[t->text_len + len] = '\0';
	t->at[t->count++] = t->text_len;
	t->text_len += len + 1;
	t->at[t->count] = t->text_len;
}

uint32_t name_table_find(const struct name_table *t, const void *text,
			 size_t len)
{
	return t->slots ? t->slot[slot_of(t, text, len)] : NAME_NONE;
}

uint32_t name_table_add(struct name_table *t, const void *text, size_t len)
{
	size_t i;

	if (2 * (t->count + 1) > t->slots)
		grow_slots(t);
	i = slot_of(t, text, len);
	if (t->slot[i] != NAME_NONE)
		return t->slot[i];
	if (t->count >= NAME_NONE - 2)
		die(EX_BROKEN, "more than 4294967293 names");
	append(t, text, len);
	t->slot[i] = (uint32_t)t->count - 1;
	return t->slot[i];
}

uint32_t name_table_add_pair(struct name_table *t, uint32_t a, uint32_t b)
{
	unsigned char pair[sizeof(a) + sizeof(b)];

	memcpy(pair, &a, sizeof(a));
	memcpy(pair + sizeof(a), &b, sizeof(b));
	return name_table_add(t, pair, sizeof(pair));
}

void name_table_pair(const struct name_table *t, uint32_t n, uint32_t ret[2])
{
	memcpy(ret, name_table_text(t, n), 2 * sizeof(*ret));
}

void name_table_done(struct name_table *t)
{
	free(t->text);
	free(t->at);
	free(t->slot);
	*t = (struct name_table){ 0 };
}
