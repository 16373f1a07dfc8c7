/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as text: what is read, and what is refused. */
#include "vmm/repro/plan-text.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/str.h"

#define BEGIN "pid-at 1464\n"
#define ONE   "function do_enqueue_task 18446744071579610288 4 0 0 - 1\n"
#define END   "trigger 0 0\n"

static struct repro_watch w;
static struct why why;

TEST(all_that_a_line_has)
{
	CHECK_INT(repro_plan_read(BEGIN ONE "piece 1 1464 4 -\n"
					    "piece 1 704 8 80\n"
					    "function ops.enqueue 0 2 1 1 8 0\n"
					    "function scx_vexit 5 4 0 0 - -\n"
					    "trigger 2 1\n",
				  &w, &why),
		  0);
	CHECK_INT(w.pid_at, 1464);
	CHECK_INT(w.count, 3);
	CHECK(w.function[0].at == 0xffffffff810bacb0);
	CHECK_INT(w.function[0].args, 4);
	CHECK_INT(w.function[0].piece_count, 2);
	CHECK_INT(w.function[0].piece[0].hop, REPRO_NO_HOP);
	CHECK_INT(w.function[0].piece[1].arg, 1);
	CHECK_INT(w.function[0].piece[1].at, 704);
	CHECK_INT(w.function[0].piece[1].size, 8);
	CHECK_INT(w.function[0].piece[1].hop, 80);
	CHECK_INT(w.member[0], REPRO_NONE);
	CHECK_INT(w.task[0], 1);
	CHECK(strcmp(w.name[1], "ops.enqueue") == 0);
	CHECK(w.function[1].context && w.function[1].returns);
	CHECK_INT(w.member[1], 8);
	CHECK_INT(w.task[2], REPRO_NONE);
	CHECK_INT(w.trigger, 2);
	CHECK_INT(w.trigger_kind, 1);
}

static void refused(const char *text, const char *words)
{
	CHECK_INT(repro_plan_read(text, &w, &why), -EINVAL);
	if (!strstr(why.text, words))
		printf("# %s\n", why.text);
	CHECK(strstr(why.text, words));
}

TEST(what_is_no_plan_is_refused)
{
	refused("", "no trigger");
	refused(BEGIN ONE, "no trigger");
	refused(ONE END, "line 1");
	refused(BEGIN BEGIN ONE END, "line 2");
	refused(BEGIN "piece 1 0 4 -\n" ONE END, "line 2");
	refused(BEGIN "function x 1 2 0 0 -\n" END, "line 2");
	refused(BEGIN "function x 1 2 0 0 - - -\n" END, "line 2");
	refused(BEGIN "function x -1 2 0 0 - -\n" END, "line 2");
	refused(BEGIN "function x 1 2 2 0 - -\n" END, "line 2");
	refused(BEGIN "function x 1 2 0 0 - 6\n" END, "line 2");
	refused(BEGIN ONE "trigger 1 0\n", "line 3");
	refused(BEGIN ONE "trigger 0 6\n", "line 3");
	refused(BEGIN ONE END ONE, "line 4");
	refused(BEGIN ONE END "\n", "line 4");
}

TEST(pieces_stay_within_a_record)
{
	refused(BEGIN ONE "piece 6 0 4 -\n" END, "line 3");
	refused(BEGIN ONE "piece 1 0 0 -\n" END, "line 3");
	refused(BEGIN ONE "piece 1 0 65 -\n" END, "line 3");
	refused(BEGIN ONE "piece 1 0 64 -\npiece 1 0 64 -\npiece 1 0 64 -\n"
			  "piece 1 0 64 -\npiece 1 0 1 -\n" END,
		"line 7");
	CHECK_INT(repro_plan_read(BEGIN ONE
				  "piece 1 0 64 -\npiece 1 0 64 -\n"
				  "piece 1 0 64 -\npiece 1 0 64 -\n" END,
				  &w, &why),
		  0);
}

TEST(there_are_not_more_than_fit)
{
	struct str text = { 0 };

	str_add(&text, BEGIN);
	for (unsigned int i = 0; i < REPRO_FUNCTIONS_MAX; i++)
		str_add(&text, ONE);
	str_add(&text, END);
	CHECK_INT(repro_plan_read(str_text(&text), &w, &why), 0);
	CHECK_INT(w.count, REPRO_FUNCTIONS_MAX);
	text.len -= strlen(END);
	str_add(&text, ONE END);
	refused(str_text(&text), "line 66");
	str_done(&text);
}
