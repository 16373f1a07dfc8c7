/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/memo.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct memo_entry {
	wide value;
	size_t size;
	const void *key; /* behind the entry, once it is in the tree */
};

static int compare(const void *a, const void *b)
{
	const struct memo_entry *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return memcmp(x->key, y->key, x->size);
}

wide *memo_at(struct memo *m, const void *key, size_t size, bool *ret_is_new)
{
	const struct memo_entry wanted = { .size = size, .key = key };
	struct memo_entry **node = tfind(&wanted, &m->root, compare), *e;

	*ret_is_new = !node;
	if (node)
		return &(*node)->value;
	e = malloc(sizeof(*e) + size);
	if (!e)
		return NULL;
	*e = (struct memo_entry){ .size = size, .key = e + 1 };
	memcpy(e + 1, key, size);
	if (!tsearch(e, &m->root, compare)) {
		free(e);
		return NULL;
	}
	m->count++;
	return &e->value;
}

void memo_done(struct memo *m)
{
	tdestroy(m->root, free);
	*m = (struct memo){ 0 };
}
