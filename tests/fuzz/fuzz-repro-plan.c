/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text must be read as a plan whose numbers are within the bounds that who
 * watches by it relies on, or be refused with a sentence.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/repro/plan-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_function(const struct repro_watch *w, unsigned int i)
{
	const struct repro_function *f = &w->function[i];
	size_t all = 0;

	if (!*w->name[i] || !memchr(w->name[i], '\0', sizeof(w->name[i])) ||
	    (w->task[i] >= REPRO_ARGS && w->task[i] != REPRO_NONE) ||
	    f->context > 1 || f->returns > 1 ||
	    f->piece_count > REPRO_PIECES_MAX)
		abort();
	for (unsigned int k = 0; k < f->piece_count; k++) {
		if (f->piece[k].arg >= REPRO_ARGS || f->piece[k].size == 0)
			abort();
		all += f->piece[k].size;
	}
	if (all > REPRO_DATA_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct repro_watch w;
	struct why why = { .text = "" };
	char *text = malloc(size + 1);
	int r;

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	r = repro_plan_read(text, &w, &why);
	free(text);
	if (r != 0) {
		if (r != -EINVAL || !*why.text)
			abort();
		return 0;
	}
	if (w.count > REPRO_FUNCTIONS_MAX || w.trigger >= w.count ||
	    w.trigger_kind >= REPRO_ARGS)
		abort();
	for (unsigned int i = 0; i < w.count; i++)
		check_function(&w, i);
	return 0;
}
