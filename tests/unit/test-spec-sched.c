/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/sched.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/words.h"

TEST(reads_a_whole_declaration)
{
	struct diag d = { 0 };
	struct sched s;

	CHECK_INT(sched_parse("ktstr/qmap.sched",
			      "format = 1\n"
			      "[scheduler]\n"
			      "binary = build/scx_qmap\n"
			      "topology = 1n2l4c1t\n"
			      "args = -v 'a b'\n"
			      "args = -x\n"
			      "[flag partial]\n"
			      "args = -p\n"
			      "[flag short-slice]\n"
			      "args = -s 5000\n"
			      "requires = partial\n"
			      "[check]\n"
			      "max-spread = 20%\n",
			      &d, &s),
		  0);
	if (d.count)
		printf("# %s\n", d.out.text);
	CHECK_INT(d.count, 0);
	CHECK(strcmp(s.name, "qmap") == 0);
	CHECK(strcmp(s.binary, "build/scx_qmap") == 0);
	CHECK_INT(words_count(s.args), 3);
	CHECK(strcmp(s.args[1], "a b") == 0);
	CHECK(s.has_topology);
	CHECK_INT(s.topology.llcs, 2);
	CHECK_INT(s.flag_count, 2);
	const struct sched_flag *f = sched_flag_find(&s, "short-slice");
	CHECK(f == &s.flag[1]);
	CHECK_INT(words_count(f->args), 2);
	CHECK(strcmp(f->requires[0], "partial") == 0);
	CHECK(!sched_flag_find(&s, "no"));
	CHECK(s.check.value[CHECK_MAX_SPREAD].limit == 20);
	sched_done(&s);
	sched_done(&s);
}

TEST(complaints_name_the_cause)
{
	static const struct {
		const char *text, *want;
	} row[] = {
		{ "", "f.sched:1:1: there is no [scheduler] section" },
		{ "[scheduler]\n", "needs 'binary = PATH'" },
		{ "[scheduler]\nbinary =\n", "'binary' needs a path" },
		{ "[scheduler]\nbinry = x\n", "did you mean 'binary'?" },
		{ "[scheduler]\nbinary = x\nbinary = y\n",
		  "'binary' is given twice, first in line 2" },
		{ "[scheduler]\nbinary = x\n[scheduler]\n", "a second" },
		{ "[scheduler]\nbinary = x\nsysctl = a b\n", "is NAME=VALUE" },
		{ "[scheduler]\nbinary = x\ntopology = 2n3l1c1t\n",
		  "cannot be divided" },
		{ "[scheduler]\nbinary = x\nargs = 'a\n",
		  "f.sched:3:8: this quote is not closed" },
		{ "[scheduler]\nbinary = x\n[flag a]\n[flag a]\n",
		  "flag 'a' is declared twice" },
		{ "[scheduler]\nbinary = x\n[flag ]\n", "a flag's name" },
		{ "[scheduler]\nbinary = x\n[flag a+b]\n", "a flag's name" },
		{ "[scheduler]\nbinary = x\n[flag default]\n", "'default' is" },
		{ "[scheduler]\nbinary = x\n[flag steal]\n[flag b]\nrequires = "
		  "stael\n",
		  "did you mean 'steal'?" },
		{ "[scheduler]\nbinary = x\n[flag a]\nrequires = a\n",
		  "requires itself" },
		{ "[scheduler]\nbinary = x\n[flags a]\n",
		  "unknown section 'flags'" },
		{ "x = 1\n[scheduler]\nbinary = x\n",
		  "'x' stands before the first section" },
		{ "[scheduler]\nbinary = x\n[check]\nmax-gap = 0\n",
		  "'max-gap' is from 1us to 1h, not '0'" },
		{ "[scheduler]\nbinary = x\n[check]\nmax-spread = 101%\n",
		  "'max-spread' is a percentage" },
		{ "[scheduler]\nbinary = x\n[check]\nisolation = on\n",
		  "'isolation' is yes or no" },
		{ "[scheduler]\nbinary = x\n[check]\nmax-imbalance-ratio = x\n",
		  "'max-imbalance-ratio' is a number" },
		{ "[scheduler]\nbinary = x\n[check]\nsustained-samples = 0\n",
		  "'sustained-samples'" },
		{ "[scheduler]\nbinary = x\n[check]\nsustained-samples = none\n",
		  "'sustained-samples'" },
		{ "[scheduler]\nbinary = x\n[check]\nfail-on-stall = none\n",
		  "'fail-on-stall' is yes or no" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct diag d = { 0 };
		struct sched s;

		CHECK_INT(sched_parse("f.sched", row[i].text, &d, &s), 0);
		if (!strstr(str_text(&d.out), row[i].want))
			printf("# %s\n# %s\n", row[i].want, str_text(&d.out));
		CHECK(d.count >= 1);
		CHECK(strstr(str_text(&d.out), row[i].want));
		sched_done(&s);
		diag_done(&d);
	}
}

TEST(the_last_layer_that_sets_a_check_wins)
{
	struct checks sched = { 0 }, test = { 0 }, c;

	checks_merge(NULL, NULL, &c);
	CHECK(!c.value[CHECK_NOT_STARVED].off);
	CHECK(c.value[CHECK_ISOLATION].off);
	CHECK(c.value[CHECK_MAX_SPREAD].limit == 15);
	CHECK(c.value[CHECK_MAX_GAP].limit == 2e9);
	CHECK_INT(c.value[CHECK_MAX_GAP].layer, LAYER_DEFAULT);
	sched.value[CHECK_MAX_SPREAD] =
		(struct check_value){ .set = true, .limit = 20 };
	sched.value[CHECK_MAX_GAP] =
		(struct check_value){ .set = true, .off = true };
	test.value[CHECK_MAX_SPREAD] =
		(struct check_value){ .set = true, .limit = 30 };
	checks_merge(&sched, &test, &c);
	CHECK(c.value[CHECK_MAX_SPREAD].limit == 30);
	CHECK_INT(c.value[CHECK_MAX_SPREAD].layer, LAYER_TEST);
	CHECK(c.value[CHECK_MAX_GAP].off);
	CHECK_INT(c.value[CHECK_MAX_GAP].layer, LAYER_SCHED);
	CHECK_INT(c.value[CHECK_NOT_STARVED].layer, LAYER_DEFAULT);
}
