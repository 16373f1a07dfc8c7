/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/repro-lines.h"

#include <string.h>

#include "tools/lib/utf8.h"
#include "vmm/repro/lines.h"

/* Of a backtrace: the kernel keeps 64 (SCX_EXIT_BT_LEN in
 * kernel/sched/ext.c), but the guest has the last word. */
#define WAY_MAX	  64
#define WORDS_MAX 200

_Static_assert(sizeof(((struct repro_named *)0)->source) >= REPRO_LINE_MAX,
	       "a source line has room");

/* Is the log's line one of a backtrace? */
static bool is_back(const char *line)
{
	return strstr(line, "+0x") != NULL;
}

static void add_way(const struct repro_run *r, struct repro_lines *l,
		    struct str *out)
{
	const char *line = repro_line_behind(r, 0);

	if (!is_back(line))
		return;
	str_add(out, "--- the backtrace of the first run ---\n");
	for (size_t i = 0; i < WAY_MAX && is_back(line); i++) {
		char source[REPRO_LINE_MAX];

		utf8_add_line(out, line, strlen(line), WORDS_MAX);
		if (repro_lines_back(l, line, source))
			str_addf(out, "  %s", source);
		str_add(out, "\n");
		line = repro_line_behind(r, i + 1);
	}
	str_add(out, "\n");
}

void repro_lines_tell(const char *vmlinux, struct repro_plan *p,
		      struct repro_story *s)
{
	struct repro_lines *l;
	struct why why;

	if (repro_lines_open(vmlinux, &l, &why) < 0) {
		str_addf(&s->way, "no source lines: %s\n\n", why.text);
		return;
	}
	for (unsigned int i = 0; i < p->count; i++) {
		if (!p->named[i].is_member)
			(void)repro_lines_at(l, p->function[i].at,
					     p->named[i].source);
	}
	add_way(&s->first, l, &s->way);
	repro_lines_close(l);
}
