/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare.c - "ktstr-gauntlet compare A B": what got worse. */
#include "tools/gauntlet/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/own-options.h"
#include "tools/gauntlet/request.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"
#include "tools/lib/words.h"

#define FOLDERS "compare takes two folders of results, or one and what differs"

static const char help[] =
	"usage: ktstr-gauntlet compare [OPTION]... A B\n"
	"       ktstr-gauntlet compare [OPTION]... --a-DIM GLOB --b-DIM GLOB DIR\n"
	"Compare the results below two folders, variant by variant and metric by\n"
	"metric. Exit status 1: something got worse, or does not pass any more.\n"
	"\n"
	"Which results, both of A and B; each may repeat:\n" HELP_FILTERS
	"Of A alone, in place of the above:\n" HELP_FILTERS_OF_A
	"Of B alone, in place of the above:\n" HELP_FILTERS_OF_B
	"What counts:\n"
	"      --threshold PERCENT    of any metric, in place of its own part\n"
	"      --policy FILE          JSON with parts of single metrics\n"
	"      --no-average           each seed for itself\n"
	"What is printed:\n"
	"      --all                  all differences, however many\n"
	"      --json                 one JSON object\n" HELP_COMMON;

static void read_policy(const struct own_request *q, struct comparison *c)
{
	struct policy *p = &c->policy;
	auto_free char *text = NULL;
	struct why why;
	int len;

	*p = (struct policy){ .part = -1 };
	if (q->threshold) {
		size_t digits = strcspn(q->threshold, "%");
		auto_free char *number = must(strndup(q->threshold, digits));

		if ((q->threshold[digits] && q->threshold[digits + 1]) ||
		    num_parse_decimal(number, &p->part) < 0)
			die(EX_USAGE, "--threshold: '%s' is no percentage",
			    q->threshold);
		p->part /= 100;
	}
	if (!q->policy)
		return;
	len = file_read_at(AT_FDCWD, q->policy, POLICY_BYTES_MAX, &text);
	if (len < 0)
		die(EX_USAGE, "cannot read '%s': %s", q->policy,
		    strerror(-len));
	if (policy_parse(text, (size_t)len, q->policy, &c->metrics, p, &why) <
	    0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
}

/* What stands in @s, for a complaint. */
static void add_what_is(const struct samples *s, struct str *out)
{
	for (int dim = 0; dim < DIMS; dim++) {
		char **list = samples_values(s, (enum dim)dim);

		str_addf(out, "%s%s ", dim ? "; " : "", dim_names[dim]);
		for (char **one = list; one && *one; one++)
			str_addf(out, "%s%s", one == list ? "" : ", ", *one);
		words_free(list);
	}
}

static void read_side(const struct own_request *q, struct comparison *c,
		      const char *folder, int side)
{
	struct samples *s = side ? &c->b : &c->a;
	auto_str struct str what = { 0 };

	samples_read(folder, &c->metrics, s);
	add_what_is(s, &what);
	samples_filter(s, &q->filter[side], q->test);
	if (!s->count)
		die(EX_USAGE,
		    "no result of '%s' is what %c asks for; there is "
		    "%s",
		    folder, side ? 'B' : 'A', str_text(&what));
}

static bool same_globs(char *const *a, char *const *b)
{
	if (!a || !b)
		return !a && !b;
	for (; *a && *b && strcmp(*a, *b) == 0; a++, b++)
		;
	return !*a && !*b;
}

/* Does each side have one value, and not the same? */
static bool differs_throughout(const struct comparison *c, enum dim dim)
{
	char **a = samples_values(&c->a, dim), **b = samples_values(&c->b, dim);
	bool differs = words_count(a) == 1 && words_count(b) == 1 &&
		       strcmp(a[0], b[0]) != 0;

	words_free(a);
	words_free(b);
	return differs;
}

/*
 * What A and B are meant to differ in: what was asked for, and, since a build
 * of a kernel has a label of its own, kernels, schedulers and flags of which
 * there is one on each side. Not machines: another one is another measurement.
 */
static bool set_slices(const struct own_request *q, struct comparison *c)
{
	bool any = false;

	for (int dim = 0; dim < DIMS; dim++) {
		c->sliced[dim] =
			q->is_sided[dim] && !same_globs(q->filter[0].glob[dim],
							q->filter[1].glob[dim]);
		any |= c->sliced[dim];
		if (dim == DIM_KERNEL || dim == DIM_SCHEDULER ||
		    dim == DIM_FLAGS)
			c->sliced[dim] |= differs_throughout(c, (enum dim)dim);
	}
	return any;
}

static bool is_same_folder(const char *a, const char *b)
{
	auto_free char *x = realpath(a, NULL), *y = realpath(b, NULL);

	return x && y && strcmp(x, y) == 0;
}

/* Of work in progress nobody can say later what it was. */
static void note_dirty(const struct samples *s, char side)
{
	for (size_t i = 0; i < s->count; i++) {
		const char *commit = s->item[i].dims.value[DIM_PROJECT_COMMIT];
		size_t len = strlen(commit);

		if (len < 6 || strcmp(commit + len - 6, "-dirty") != 0)
			continue;
		note("%c was run with changes that are in no commit: %s", side,
		     commit);
		return;
	}
}

/* Under the real clock another host is another measurement. */
static void note_hosts(const struct host_differences *hosts)
{
	auto_str struct str line = { 0 };

	if (host_differences_note(hosts, &line))
		note("%s", str_text(&line));
}

static int exit_code(const struct comparison *c)
{
	struct comparison_tally t;

	compare_count(c, &t);
	if (t.outcome[OUTCOME_BROKE] || t.change[CHANGE_WORSE])
		return EX_FAIL;
	if (t.outcome[OUTCOME_UNDECIDED] || t.change[CHANGE_TOO_FEW] ||
	    t.change[CHANGE_GONE] || t.outcome[OUTCOME_MACHINE])
		return EX_INCONCLUSIVE;
	return EX_PASS;
}

int compare_main(int argc, char **argv)
{
	struct comparison c = { 0 };
	struct host_differences hosts;
	struct own_request q;
	struct why why;

	own_options_read(argc, argv, "compare", "tTPjAND2", help, &q);
	size_t folders = words_count(q.folder);
	if (folders != 1 && folders != 2)
		die(EX_USAGE, FOLDERS "; see compare --help");
	metrics_init(&c.metrics);
	c.by_seed = q.by_seed;
	read_policy(&q, &c);
	read_side(&q, &c, q.folder[0], 0);
	read_side(&q, &c, q.folder[folders - 1], 1);
	if (!set_slices(&q, &c) &&
	    is_same_folder(q.folder[0], q.folder[folders - 1]))
		die(EX_USAGE, "A and B are the same results; say what differs, "
			      "as --a-kernel 6.12 --b-kernel 6.13");
	if (compare_pair(&c, &why) < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	if (!c.pair_count)
		die(EX_USAGE,
		    "nothing to compare: no variant of A is in B, under the "
		    "same seed and clock");
	note_dirty(&c.a, 'A');
	note_dirty(&c.b, 'B');
	compare_hosts(&c, &hosts);
	note_hosts(&hosts);
	compare_judge(&c);
	if (q.json)
		compare_print_json(&c, &hosts);
	else
		compare_print(&c, &hosts, q.all);
	int code = exit_code(&c);
	host_differences_done(&hosts);
	compare_done(&c);
	own_options_done(&q);
	msg_close_stdout();
	return code;
}
