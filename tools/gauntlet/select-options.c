/* SPDX-License-Identifier: GPL-2.0-or-later */
/* select-options.c - the command lines of select and shard. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"
#include "tools/gauntlet/select.h"
#include "tools/lib/num.h"
#include "tools/lib/options.h"
#include "tools/lib/words.h"
#include "version.h"

#define BUDGET_MAX_S 1e9
#define SHARDS_MAX   1000

#define ABOUT_FILES                                                            \
	"      --results DIR   results of earlier runs; may repeat\n"          \
	"      --sched FILE    a declaration; may repeat\n"
#define ABOUT_ALL                                                              \
	"  -q, --quiet         no notes\n"                                     \
	"  -v, --verbose       name all that is left out\n"                    \
	"  -h, --help          show this text\n"                               \
	"  -V, --version       show the version\n"

static const char select_help[] =
	"usage: ktstr-gauntlet select [OPTION...] [TEST...] <VARIANTS\n"
	"Choose among variants, one a line on standard input; print those that\n"
	"are chosen, in the same order. What is told of files and results makes\n"
	"the choice better; names alone will do.\n"
	"\n"
	"      --match GLOB    only names that match; may repeat\n"
	"      --failed        only what did not pass the last time\n"
	"      --level LEVEL   smoke, pairwise, three-way or full\n"
	"      --budget SECS   what shows most in that time\n" ABOUT_FILES
		ABOUT_ALL;

static const char shard_help[] =
	"usage: ktstr-gauntlet shard K/N [OPTION...] [TEST...] <VARIANTS\n"
	"Print part K of N of the variants on standard input, one a line. The\n"
	"parts take about the same time, and each variant is in one of them.\n"
	"\n" ABOUT_FILES ABOUT_ALL;

enum {
	OPT_MATCH = 256,
	OPT_FAILED,
	OPT_LEVEL,
	OPT_BUDGET,
	OPT_RESULTS,
	OPT_SCHED,
};

#define COMMON_OPTIONS                                                         \
	{ "results", required_argument, NULL, OPT_RESULTS },                   \
		{ "sched", required_argument, NULL, OPT_SCHED },               \
		{ "quiet", no_argument, NULL, 'q' },                           \
		{ "verbose", no_argument, NULL, 'v' },                         \
		{ "help", no_argument, NULL, 'h' },                            \
		{ "version", no_argument, NULL, 'V' },                         \
	{                                                                      \
		0                                                              \
	}

static const struct option select_longopts[] = {
	{ "match", required_argument, NULL, OPT_MATCH },
	{ "failed", no_argument, NULL, OPT_FAILED },
	{ "level", required_argument, NULL, OPT_LEVEL },
	{ "budget", required_argument, NULL, OPT_BUDGET },
	COMMON_OPTIONS,
};

static const struct option shard_longopts[] = { COMMON_OPTIONS };

static void append(char ***list, const char *text)
{
	if (words_append(list, text) < 0)
		die(EX_BROKEN, "out of memory");
}

static double read_budget(const char *text)
{
	double seconds;

	if (num_parse_decimal(text, &seconds) < 0 || seconds <= 0 ||
	    seconds > BUDGET_MAX_S)
		die(EX_USAGE,
		    "--budget: '%s' is no number of seconds above 0 and up to "
		    "%.0f",
		    text, BUDGET_MAX_S);
	return seconds;
}

static void take_option(struct select_request *req, int c)
{
	switch (c) {
	case OPT_MATCH:
		append(&req->match, optarg);
		break;
	case OPT_FAILED:
		req->failed = true;
		break;
	case OPT_LEVEL:
		req->level = level_read(optarg);
		break;
	case OPT_BUDGET:
		req->budget_s = read_budget(optarg);
		break;
	case OPT_RESULTS:
		append(&req->results, optarg);
		break;
	case OPT_SCHED:
		append(&req->sched, optarg);
		break;
	}
}

static void read_shard(struct select_request *req, const char *text)
{
	const char *slash = strchr(text, '/');
	uint64_t k = 0, n = 0;
	char first[16] = "";

	if (slash && (size_t)(slash - text) < sizeof(first))
		memcpy(first, text, (size_t)(slash - text));
	if (!slash || num_parse(slash + 1, 1, SHARDS_MAX, &n) < 0 ||
	    num_parse(first, 1, n, &k) < 0)
		die(EX_USAGE,
		    "'%s' is no part such as 1/4: K/N with K from 1 to N, and N "
		    "up to %d",
		    text, SHARDS_MAX);
	req->shard = (unsigned int)k;
	req->shards = (unsigned int)n;
}

/* Words that are no options: for shard its part, then tests. */
static void take_operands(struct select_request *req, char **operand,
			  bool is_shard)
{
	if (is_shard) {
		if (!*operand)
			die(EX_USAGE,
			    "shard takes a part such as 1/4; see --help");
		read_shard(req, *operand++);
	}
	for (; *operand; operand++)
		append(&req->test, *operand);
}

void select_options(int argc, char **argv, bool is_shard,
		    struct select_request *ret)
{
	struct select_request req = { 0 };
	int c;

	/* getopt_long() moves the operands behind the options. */
	while ((c = getopt_long(argc, argv, "qvhV",
				is_shard ? shard_longopts : select_longopts,
				NULL)) != -1) {
		if (c >= OPT_MATCH)
			take_option(&req, c);
		else
			options_common(c, "ktstr-gauntlet " KTSTR_VERSION,
				       is_shard ? shard_help : select_help);
	}
	take_operands(&req, argv + optind, is_shard);
	if (req.failed && !req.results)
		die(EX_USAGE,
		    "--failed needs --results DIR, the results of earlier "
		    "runs");
	*ret = req;
}

void select_options_done(struct select_request *req)
{
	words_free(req->match);
	words_free(req->results);
	words_free(req->sched);
	words_free(req->test);
}
