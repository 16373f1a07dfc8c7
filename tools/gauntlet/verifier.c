/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verifier.c - the command line of "ktstr-gauntlet verifier". */
#include "tools/gauntlet/verifier.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"
#include "tools/lib/words.h"
#include "version.h"

#define BOUND_DEFAULT 10.0

static const char help[] =
	"usage: ktstr-gauntlet verifier [OPTION]... DIR\n"
	"Print what the kernel's verifier said of the schedulers' programs, from the\n"
	"results below a folder of tests with 'verifier = numbers' or log.\n"
	"Exit status 1: one was refused, or grew more than it may.\n"
	"\n"
	"      --variants FILE   of these variants alone, one name a line\n"
	"      --program GLOB    programs of this name; may repeat\n"
	"      --baseline FILE   compare with what --save has kept\n"
	"      --bound [SIZE=]PERCENT%\n"
	"                        how much may grow: insns, verified, states, peak,\n"
	"                        stack or time; without SIZE verified, which is 10%\n"
	"                        where nothing is said; may repeat\n"
	"      --save FILE       keep these numbers as a baseline\n"
	"      --log             the verifier's logs, too; what repeats is left out\n"
	"      --raw             the logs as they are\n"
	"      --json            one JSON object\n"
	"  -q, --quiet    no notes\n"
	"  -v, --verbose  more details\n"
	"  -h, --help     show this text\n"
	"  -V, --version  show the version\n";

static const struct option options[] = {
	{ "variants", required_argument, NULL, 'L' },
	{ "program", required_argument, NULL, 'p' },
	{ "baseline", required_argument, NULL, 'B' },
	{ "bound", required_argument, NULL, 'b' },
	{ "save", required_argument, NULL, 's' },
	{ "log", no_argument, NULL, 'l' },
	{ "raw", no_argument, NULL, 'r' },
	{ "json", no_argument, NULL, 'j' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

/* What the command line asks for; texts are argv's. */
struct wish {
	const char *folder, *variants, *save;
	char **program;
	bool log, raw, json;
};

static noreturn void show(const char *text)
{
	fputs(text, stdout);
	msg_close_stdout();
	exit(EX_PASS);
}

void verifier_bound(struct verifier *v, const char *text)
{
	const char *equals = strchr(text, '='), *share = text;
	size_t size = SIZE_VERIFIED, len;

	if (equals) {
		len = (size_t)(equals - text);
		for (size = 0; size < SIZES; size++) {
			if (strlen(size_names[size]) == len &&
			    strncmp(size_names[size], text, len) == 0)
				break;
		}
		share = equals + 1;
	}
	if (size == SIZES || num_parse_percent(share, &v->bound[size]) < 0)
		die(EX_USAGE,
		    "--bound: '%s' is no percentage such as 10%%, and no "
		    "SIZE=10%% of insns, verified, states, peak, stack or time",
		    text);
}

static void take(struct wish *w, struct verifier *v, int letter,
		 const char *text)
{
	switch (letter) {
	case 'L':
		w->variants = text;
		break;
	case 'p':
		if (words_append(&w->program, text) < 0)
			die(EX_BROKEN, "out of memory");
		break;
	case 'B':
		v->baseline = text;
		break;
	case 'b':
		verifier_bound(v, text);
		break;
	case 's':
		w->save = text;
		break;
	case 'l':
		w->log = true;
		break;
	case 'r':
		w->raw = true;
		break;
	case 'j':
		w->json = true;
		break;
	case 'q':
		msg_verbosity--;
		break;
	case 'v':
		msg_verbosity++;
		break;
	case 'h':
		show(help);
	case 'V':
		show("ktstr-gauntlet " KTSTR_VERSION "\n");
	default: /* getopt has named the bad option */
		exit(EX_USAGE);
	}
}

static void read_options(int argc, char **argv, struct wish *w,
			 struct verifier *v)
{
	int c;

	*w = (struct wish){ 0 };
	*v = (struct verifier){ 0 };
	for (size_t i = 0; i < SIZES; i++)
		v->bound[i] = -1;
	v->bound[SIZE_VERIFIED] = BOUND_DEFAULT;
	while ((c = getopt_long(argc, argv, "qvhV", options, NULL)) != -1)
		take(w, v, c, optarg);
	if (argc - optind != 1)
		die(EX_USAGE, "verifier takes one folder of results; see "
			      "verifier --help");
	w->folder = argv[optind];
	if (w->json && (w->log || w->raw))
		die(EX_USAGE, "--json has no logs: they are in verifier.log "
			      "beside each result");
	if (w->save && w->program)
		die(EX_USAGE, "--save keeps all programs; leave out --program");
}

static void print_object(json_t *o)
{
	auto_free char *text = must(json_dumps(o, JSON_COMPACT));

	puts(text);
	json_decref(o);
}

/* A program that is refused is nothing to compare with later. */
static void save(const struct verifier *v, const char *path)
{
	struct why why;

	if (v->trouble_count || verifier_refused(v))
		die(EX_FAIL,
		    "'%s' is not written: not all programs were accepted, or "
		    "not all variants have numbers",
		    path);
	json_t *o = verifier_json(v, true);
	auto_free char *text = must(json_dumps(o, JSON_INDENT(1)));
	auto_str struct str line = { 0 };

	str_addf(&line, "%s\n", text);
	if (line.failed)
		die(EX_BROKEN, "out of memory");
	if (file_publish(path, line.text, line.len, 0644, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	json_decref(o);
	note("'%s' has the numbers of %zu programs", path, v->count);
}

static int exit_code(const struct verifier *v)
{
	if (verifier_refused(v) || verifier_grown(v) || v->trouble_count)
		return EX_FAIL;
	return v->count ? EX_PASS : EX_SKIP;
}

int verifier_main(int argc, char **argv)
{
	struct verifier v;
	struct wish w;
	int code;

	read_options(argc, argv, &w, &v);
	verifier_read(w.folder, w.variants, w.program, &v);
	if (!v.count && !v.trouble_count && !v.skipped)
		die(EX_USAGE,
		    "no result in '%s' has numbers of the verifier%s; make "
		    "ktstr-verifier gets them",
		    w.folder, w.program ? " for such a program" : "");
	if (v.baseline)
		verifier_read_base(&v);
	verifier_judge(&v);
	if (w.json)
		print_object(verifier_json(&v, false));
	else
		verifier_print(&v);
	if (w.log || w.raw)
		verifier_print_logs(&v, w.raw);
	if (w.save)
		save(&v, w.save);
	code = exit_code(&v);
	verifier_done(&v);
	words_free(w.program);
	msg_close_stdout();
	return code;
}
