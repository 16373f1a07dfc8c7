/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-gauntlet - expand tests into variants, plan them, report on them. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/own-options.h"
#include "tools/gauntlet/request.h"
#include "tools/gauntlet/select.h"
#include "tools/gauntlet/verifier.h"

#define SELECTION "stopkcenxz"

const char help_text[] =
	"usage: ktstr-gauntlet check [--sched FILE]... FILE...\n"
	"       ktstr-gauntlet show [--sched FILE]... [--json] TEST...\n"
	"       ktstr-gauntlet list [SELECTION] [--json | --count] TEST...\n"
	"       ktstr-gauntlet list [SELECTION] --why GLOB [--json] TEST...\n"
	"       ktstr-gauntlet list --scenarios [--json] [TEST...]\n"
	"       ktstr-gauntlet plan [SELECTION] --init FILE [--out DIR] TEST...\n"
	"       ktstr-gauntlet select [OPTION...] [TEST...] <VARIANTS\n"
	"       ktstr-gauntlet shard K/N [OPTION...] [TEST...] <VARIANTS\n"
	"       ktstr-gauntlet record --identity HEX --out DIR NAME -- COMMAND...\n"
	"       ktstr-gauntlet try -- COMMAND...\n"
	"       ktstr-gauntlet report [--format NAME] [--variants FILE] DIR\n"
	"       ktstr-gauntlet compare [OPTION]... A B\n"
	"       ktstr-gauntlet stats [OPTION]... DIR\n"
	"       ktstr-gauntlet verifier [OPTION]... DIR\n"
	"       ktstr-gauntlet shrink [--out DIR] RESULT-DIR\n"
	"Expand tests into variants, plan their runs and report on them.\n"
	"\n"
	"  check   complain about all mistakes in .sched and .test files\n"
	"  show    print the checks that judge a test, and who set each\n"
	"  list    print the names of the selected variants\n"
	"  select  choose among variants; see select --help\n"
	"  shard   a part of the variants; see shard --help\n"
	"  plan    print a make fragment with one target for each variant\n"
	"  record  run one variant's command, and make sure of a result\n"
	"  try     run a command that may fail\n"
	"  report  print what became of the variants\n"
	"  compare print what got worse from A to B; see compare --help\n"
	"  stats   print what stands out; see stats --help\n"
	"  verifier  what the kernel's verifier said; see verifier --help\n"
	"  shrink  make a variant that fails smaller while it fails\n"
	"\n"
	"Selection:\n"
	"      --sched FILE          a declaration, or none; may repeat\n"
	"      --preset GLOB         machines by name, own is the test's own\n"
	"      --topology SHAPE      one more machine, such as 2n4l4c2t\n"
	"      --profile GLOB        of all profiles, those of the name\n"
	"      --tag GLOB            of all tests, those with the tag\n"
	"      --kernel LABEL[=DIR]  a kernel and its cache entry; may repeat\n"
	"      --clock CLOCK         virtual (the default) or real; may repeat\n"
	"      --seed N              or N..M; may repeat; 1 by default\n"
	"      --level LEVEL         of all profiles, few: smoke has each flag on\n"
	"                            and off, pairwise each two, three-way\n"
	"                            each three; or full\n"
	"      --limit N             the first N variants\n"
	"Listing, planning and reporting:\n"
	"      --count               how many variants, without going through them\n"
	"      --why GLOB            of these tests or presets: what is left out,\n"
	"                            and why\n"
	"      --init FILE           the guest's init, part of the identity\n"
	"      --out DIR             where results go, results by default\n"
	"      --vm-command WORDS    instead of ktstr-vm\n"
	"      --lock-command WORDS  instead of ktstr-lock cpus; '' is none\n"
	"      --identity HEX        what the result must be of\n"
	"      --launch WORDS        what starts each variant, such as 'srun -n1'\n"
	"      --only FILE           plan those variants that it names, - is stdin\n"
	"      --trace WHAT          write traces: yes, or KiB for each CPU\n"
	"      --no-repro            failures are not run again and watched\n"
	"      --reasons             tell why each variant has to run\n"
	"      --inputs WORDS        what the result depends on, to be kept\n"
	"      --progress FILE       where the variants of one make are counted\n"
	"      --expect SECONDS      how long the command will run\n"
	"      --variants FILE       a list of variants and identities\n"
	"      --format NAME         table, tap, ktap, json, jsonl, junit,\n"
	"                            markdown, github\n"
	"      --all                 plan also what is up to date; report all\n"
	"                            rows, also of thousands of variants\n"
	"      --scenarios           what tests are and need, by default all that\n"
	"                            were installed\n"
	"      --json                one JSON object a line\n"
	"  -q, --quiet    no notes\n"
	"  -v, --verbose  more details\n"
	"  -h, --help     show this text\n"
	"  -V, --version  show the version\n";

const struct command command_table[] = {
	{ "check", command_check, "FILE...", 1, SIZE_MAX, "s" },
	{ "show", command_show, "TEST...", 1, SIZE_MAX, "sj" },
	{ "list", command_list, "TEST...", 1, SIZE_MAX, SELECTION "jSCw" },
	{ "plan", command_plan, "TEST...", 1, SIZE_MAX,
	  SELECTION "iOmlLHYATPrG" },
	{ "record", command_record, "NAME", 1, 1, "OINPWH" },
	{ "try", command_try, "no argument but '-- COMMAND'", 0, 0, "H" },
	{ "report", command_report, "DIR", 1, 1, "LFjA" },
	{ "shrink", command_shrink, "RESULT-DIR", 1, 1, "Oml" },
	{ 0 },
};

/* Those with options of their own. */
const struct command_apart command_apart_table[] = {
	{ "select", select_main },     { "shard", shard_main },
	{ "compare", compare_main },   { "stats", stats_main },
	{ "verifier", verifier_main }, { 0 },
};

int main(int argc, char **argv)
{
	const struct command *command;
	struct request req;
	int code;

	/* A text or an object without a part of it would be taken for whole. */
	msg_end_without_memory();
	json_set_alloc_funcs(memory_or_die, free);
	for (const struct command_apart *a = command_apart_table; a->name;
	     a++) {
		if (argc < 2 || strcmp(argv[1], a->name) != 0)
			continue;
		argv[1] = argv[0]; /* for the complaints of getopt */
		return a->run(argc - 1, argv + 1);
	}
	command = options_read(argc, argv, &req);
	code = command->run(&req);
	options_done(&req);
	msg_close_stdout();
	return code;
}
