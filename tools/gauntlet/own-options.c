/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/own-options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"
#include "tools/lib/options.h"
#include "tools/lib/words.h"
#include "version.h"

/* Filters have values behind all letters: DIM, and 100 for each side. */
#define FILTER	    1000
#define FILTER_SIDE 100

static const struct option plain[] = {
	{ "test", required_argument, NULL, 't' },
	{ "threshold", required_argument, NULL, 'T' },
	{ "policy", required_argument, NULL, 'P' },
	{ "json", no_argument, NULL, 'j' },
	{ "all", no_argument, NULL, 'A' },
	{ "no-average", no_argument, NULL, 'N' },
	{ "metrics", no_argument, NULL, 'M' },
	{ "values", no_argument, NULL, 'U' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
};
#define PLAIN (sizeof(plain) / sizeof(plain[0]))
/* For both sides, for A and for B. */
#define OPTIONS (PLAIN + 3 * DIMS)

struct options {
	struct option item[OPTIONS + 1];
	char name[3 * DIMS][32];
};

/* Only what this subcommand has: getopt refuses the others by itself. */
static void make_options(const char *letters, struct options *ret)
{
	size_t n = 0;

	*ret = (struct options){ 0 };
	for (size_t i = 0; i < PLAIN; i++) {
		if (strchr("qvhV", plain[i].val) ||
		    strchr(letters, plain[i].val))
			ret->item[n++] = plain[i];
	}
	for (int side = 0; side < 3; side++) {
		static const char *const prefix[] = { "", "a-", "b-" };

		if (!strchr(letters, side ? '2' : 'D'))
			continue;
		for (int i = 0; i < DIMS; i++) {
			char *name = ret->name[side * DIMS + i];

			snprintf(name, sizeof(ret->name[0]), "%s%s",
				 prefix[side], dim_names[i]);
			ret->item[n++] =
				(struct option){ name, required_argument, NULL,
						 FILTER + side * FILTER_SIDE +
							 i };
		}
	}
}

static void append(char ***list, const char *text)
{
	if (words_append(list, text) < 0)
		die(EX_BROKEN, "out of memory");
}

/* What one side says replaces what was said for both, so both are kept. */
struct filters {
	struct filter both, side[2];
};

static void take_filter(struct filters *f, int value, const char *text)
{
	int side = (value - FILTER) / FILTER_SIDE;
	int dim = (value - FILTER) % FILTER_SIDE;
	struct filter *which = side ? &f->side[side - 1] : &f->both;

	if (!*text)
		die(EX_USAGE, "a filter is empty; leave it out for everything");
	append(&which->glob[dim], text);
}

static void copy(char ***to, char *const *from)
{
	for (; from && *from; from++)
		append(to, *from);
}

static void settle_filters(struct filters *f, struct own_request *q)
{
	for (int dim = 0; dim < DIMS; dim++) {
		for (int side = 0; side < 2; side++) {
			char **own = f->side[side].glob[dim];

			copy(&q->filter[side].glob[dim],
			     own ? own : f->both.glob[dim]);
			q->is_sided[dim] |= own != NULL;
			words_free(own);
		}
		words_free(f->both.glob[dim]);
	}
}

static void take(struct own_request *q, int letter, const char *text,
		 const char *help)
{
	switch (letter) {
	case 't':
		append(&q->test, text);
		break;
	case 'T':
		q->threshold = text;
		break;
	case 'P':
		q->policy = text;
		break;
	case 'j':
		q->json = true;
		break;
	case 'A':
		q->all = true;
		break;
	case 'N':
		q->by_seed = true;
		break;
	case 'M':
		q->metrics = true;
		break;
	case 'U':
		q->values = true;
		break;
	case 1:
		append(&q->folder, text);
		break;
	default:
		options_common(letter, "ktstr-gauntlet " KTSTR_VERSION, help);
	}
}

void own_options_read(int argc, char **argv, const char *name,
		      const char *letters, const char *help,
		      struct own_request *ret)
{
	struct own_request q = { 0 };
	struct filters filters = { 0 };
	struct options options;
	int c;

	make_options(letters, &options);
	while ((c = getopt_long(argc, argv, "-qvhV", options.item, NULL)) !=
	       -1) {
		if (c >= FILTER)
			take_filter(&filters, c, optarg);
		else
			take(&q, c, optarg, help);
	}
	for (; optind < argc; optind++)
		append(&q.folder, argv[optind]);
	settle_filters(&filters, &q);
	if (q.threshold && q.policy)
		die(EX_USAGE,
		    "%s: --threshold and --policy both say what "
		    "counts; give one",
		    name);
	*ret = q;
}

void own_options_done(struct own_request *q)
{
	for (int side = 0; side < 2; side++) {
		for (int dim = 0; dim < DIMS; dim++)
			words_free(q->filter[side].glob[dim]);
	}
	words_free(q->test);
	words_free(q->folder);
}
