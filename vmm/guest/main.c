/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-init - the only program of a guest: its init and its test engine. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/msg.h"
#include "tools/lib/spec/known.h"
#include "version.h"
#include "vmm/guest/here.h"
#include "vmm/guest/run.h"

static void help(void)
{
	puts("usage: ktstr-init [--list] [--help] [--version]\n"
	     "\n"
	     "The init of the virtual machines that ktstr-vm starts. It runs as\n"
	     "process 1 of such a machine only, where it reads its job from\n"
	     "memory that it shares with the host, and reports through it.\n"
	     "\"ktstr-vm host\" runs it on the host, too.\n"
	     "\n"
	     "  --list     types of work, ops, cpusets, checks and so on that it\n"
	     "             knows, one a line: kind, name, what stands behind\n"
	     "  --help     show this text\n"
	     "  --version  show the version");
}

/* By the tables that tests are read by, here and on the host. */
static void list(void)
{
	struct str text = { 0 };

	known_list(&text);
	if (text.failed)
		die(EX_BROKEN, "out of memory");
	fputs(str_text(&text), stdout);
	str_done(&text);
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'l')
			list();
		else if (c == 'h')
			help();
		else if (c == 'V')
			printf("ktstr-init %s\n", KTSTR_VERSION);
		else
			_exit(EX_USAGE);
		msg_close_stdout();
		_exit(EX_PASS);
	}
}

int main(int argc, char **argv)
{
	/* Not an option for people. */
	if (argc > 1 && strcmp(argv[1], "--host") == 0 && getpid() != 1)
		run_here(argc - 2, argv + 2);
	/* The kernel passes words of its command line to process 1. */
	if (getpid() == 1)
		run_guest();
	parse(argc, argv);
	die(EX_USAGE, "runs as process 1 of a ktstr machine only: see "
		      "ktstr-vm(1)");
}
