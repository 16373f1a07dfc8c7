/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c - the command line of ktstr-gauntlet. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/option-values.h"
#include "tools/gauntlet/request.h"
#include "tools/lib/num.h"
#include "tools/lib/options.h"
#include "tools/lib/spec/diag.h"
#include "tools/lib/spec/topology.h"
#include "tools/lib/words.h"
#include "version.h"

/* Each long option has a letter, by which command_table allows it. */
static const struct option longopts[] = {
	{ "sched", required_argument, NULL, 's' },
	{ "topology", required_argument, NULL, 't' },
	{ "preset", required_argument, NULL, 'o' },
	{ "profile", required_argument, NULL, 'p' },
	{ "kernel", required_argument, NULL, 'k' },
	{ "clock", required_argument, NULL, 'c' },
	{ "seed", required_argument, NULL, 'e' },
	{ "tag", required_argument, NULL, 'n' },
	{ "init", required_argument, NULL, 'i' },
	{ "out", required_argument, NULL, 'O' },
	{ "vm-command", required_argument, NULL, 'm' },
	{ "lock-command", required_argument, NULL, 'l' },
	{ "identity", required_argument, NULL, 'I' },
	{ "variants", required_argument, NULL, 'L' },
	{ "format", required_argument, NULL, 'F' },
	{ "inputs", required_argument, NULL, 'N' },
	{ "progress", required_argument, NULL, 'P' },
	{ "expect", required_argument, NULL, 'W' },
	{ "launch", required_argument, NULL, 'H' },
	{ "only", required_argument, NULL, 'Y' },
	{ "trace", required_argument, NULL, 'r' },
	{ "no-repro", no_argument, NULL, 'G' },
	{ "all", no_argument, NULL, 'A' },
	{ "reasons", no_argument, NULL, 'T' },
	{ "json", no_argument, NULL, 'j' },
	{ "scenarios", no_argument, NULL, 'S' },
	{ "count", no_argument, NULL, 'C' },
	{ "why", required_argument, NULL, 'w' },
	{ "limit", required_argument, NULL, 'x' },
	{ "level", required_argument, NULL, 'z' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

/* Options that hold one text. */
static const char **text_option(struct request *req, int letter)
{
	switch (letter) {
	case 'i':
		return &req->init;
	case 'O':
		return &req->out;
	case 'm':
		return &req->vm_command;
	case 'l':
		return &req->lock_command;
	case 'I':
		return &req->identity;
	case 'L':
		return &req->variants;
	case 'F':
		return &req->format;
	case 'w':
		return &req->why;
	case 'N':
		return &req->inputs;
	case 'P':
		return &req->progress;
	case 'H':
		return &req->launch;
	case 'Y':
		return &req->only;
	case 'r':
		return &req->trace;
	default: /* all letters of the table are here or in take_option() */
		abort();
	}
}

static void take_option(struct request *req, int letter, const char *text)
{
	switch (letter) {
	case 's':
		option_append(&req->sched, text);
		break;
	case 't':
		option_topology(req, text);
		break;
	case 'o':
		option_append(&req->preset, text);
		break;
	case 'p':
		option_append(&req->profile, text);
		break;
	case 'n':
		option_append(&req->tag, text);
		break;
	case 'k':
		option_kernel(req, text);
		break;
	case 'e':
		option_seeds(req, text);
		break;
	case 'c':
		option_clock(req, text);
		break;
	case 'x':
		option_limit(req, text);
		break;
	case 'z':
		req->level = level_read(text);
		break;
	case 'j':
		req->json = true;
		break;
	case 'S':
		req->scenarios = true;
		break;
	case 'C':
		req->count = true;
		break;
	case 'G':
		req->no_repro = true;
		break;
	case 'A':
		req->all = true;
		break;
	case 'T':
		req->reasons = true;
		break;
	case 'W':
		option_expect(req, text);
		break;
	default:
		*text_option(req, letter) = text;
	}
}

static const struct command *find_command(const char *name)
{
	const char *names[24] = { NULL };
	size_t n = 0;

	for (const struct command_apart *a = command_apart_table; a->name;
	     a++) {
		if (strcmp(a->name, name) == 0)
			die(EX_USAGE, "options stand behind '%s'", name);
		names[n++] = a->name;
	}
	for (const struct command *c = command_table; c->name; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
		names[n++] = c->name;
	}
	const char *near = diag_nearest(name, names);
	die(EX_USAGE, "no command is named '%s'%s%s%s; see --help", name,
	    near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static const char *long_name(int letter)
{
	const struct option *o = longopts;

	while (o->val != letter)
		o++;
	return o->name;
}

/* Sort the words into options, operands and the command behind "--". @letters
 * gets the options that were given. */
static void read_all(int argc, char **argv, struct request *req,
		     char letters[64])
{
	size_t n = 0;
	int c;

	/* "-": options may stand before, among and behind the operands. */
	while ((c = getopt_long(argc, argv, "-qvhV", longopts, NULL)) != -1) {
		if (c == 1) {
			option_append(&req->operand, optarg);
			req->operand_count++;
			continue;
		}
		if (strchr("?qvhV", c)) {
			options_common(c, "ktstr-gauntlet " KTSTR_VERSION,
				       help_text);
			continue;
		}
		take_option(req, c, optarg);
		if (!memchr(letters, c, n) && n < 63)
			letters[n++] = (char)c;
	}
	letters[n] = '\0';
	if (optind < argc)
		req->command = argv + optind;
}

/* A level chooses among all profiles, and so it asks for all. */
static void set_level(struct request *req)
{
	for (char **glob = req->profile; glob && *glob; glob++) {
		if (req->level && strcmp(*glob, "*") != 0)
			die(EX_USAGE,
			    "--level chooses among all profiles: '--profile "
			    "%s' has no meaning beside it",
			    *glob);
	}
	if (req->level && !req->profile)
		option_append(&req->profile, "*");
	if (req->level == LEVEL_FULL)
		req->level = LEVEL_NONE;
}

static void set_defaults(struct request *req)
{
	set_level(req);
	if (!req->out)
		req->out = "results";
	if (!req->vm_command)
		req->vm_command = "ktstr-vm";
	if (!req->lock_command)
		req->lock_command = "ktstr-lock cpus --die-with-parent";
	if (!req->kernel_count)
		option_kernel(req, "kernel");
}

const struct command *options_read(int argc, char **argv, struct request *ret)
{
	const struct command *command;
	struct request req = { 0 };
	char letters[64];

	read_all(argc, argv, &req, letters);
	if (!req.operand_count)
		die(EX_USAGE, "a command is missing; see --help");
	command = find_command(req.operand[0]);
	free(req.operand[0]);
	memmove(req.operand, req.operand + 1,
		req.operand_count * sizeof(*req.operand));
	req.operand_count--;
	for (const char *l = letters; *l; l++) {
		if (!strchr(command->options, *l))
			die(EX_USAGE, "'%s' has no option --%s", command->name,
			    long_name(*l));
		if (req.scenarios && !strchr("Sj", *l))
			die(EX_USAGE,
			    "--scenarios lists what tests are, not variants: "
			    "--%s has no meaning beside it",
			    long_name(*l));
		if (req.count && strchr("jwx", *l))
			die(EX_USAGE,
			    "--count prints a number alone: --%s has no "
			    "meaning beside it",
			    long_name(*l));
		if (req.why && *l == 'x')
			die(EX_USAGE, "--why explains all: --limit has no "
				      "meaning beside it");
	}
	if (req.operand_count < (req.scenarios ? 0 : command->operands_min) ||
	    req.operand_count > command->operands_max)
		die(EX_USAGE, "%s takes %s; see --help", command->name,
		    command->operands);
	if (req.command && command->run != command_record &&
	    command->run != command_try)
		die(EX_USAGE, "%s takes no '--'; see --help", command->name);
	set_defaults(&req);
	*ret = req;
	return command;
}

void options_done(struct request *req)
{
	words_free(req->sched);
	words_free(req->preset);
	words_free(req->topology);
	words_free(req->profile);
	words_free(req->tag);
	words_free(req->operand);
	for (size_t i = 0; i < req->kernel_count; i++)
		free(req->kernel[i].label);
	free(req->kernel);
	words_free(req->clock);
	seeds_done(&req->seeds);
}
