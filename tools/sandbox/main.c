/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-sandbox - keep a command to CPUs and nodes, and end all of it. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/options.h"
#include "tools/sandbox/sandbox.h"
#include "version.h"

static const char help[] =
	"usage: ktstr-sandbox [OPTION...] -- COMMAND [ARG...]\n"
	"Run COMMAND on some CPUs and NUMA nodes; when it ends, or this program "
	"does,\nnothing of it is left.\n"
	"\n"
	"      --cpus LIST        CPUs, else $KTSTR_CPUS, else any\n"
	"      --mems LIST        NUMA nodes, else $KTSTR_MEMS, else any\n"
	"      --strict           fail where there can be no cpuset cgroup\n"
	"      --die-with-parent  be killed when the parent ends\n"
	"  -q, --quiet            no notes\n"
	"  -v, --verbose          details\n"
	"  -h, --help             show this text\n"
	"  -V, --version          show the version\n";

enum option_value {
	OPT_CPUS = 256,
	OPT_MEMS,
	OPT_STRICT,
	OPT_DIE,
};

static cpu_set_t read_list(const char *from, const char *text)
{
	cpu_set_t set;
	size_t at = 0;
	int r;

	CPU_ZERO(&set);
	if (!text || !*text)
		return set;
	r = cpulist_parse(text, &set, &at);
	if (r == 0)
		return set;
	if (r == -ERANGE)
		die(EX_USAGE, "%s '%s': numbers go to %d", from, text,
		    CPU_SETSIZE - 1);
	die(EX_USAGE, "%s '%s' is no list such as 0-3,8: look at byte %zu",
	    from, text, at + 1);
}

static cpu_set_t read_option_list(const char *from)
{
	if (!*optarg)
		die(EX_USAGE, "%s needs at least one number", from);
	return read_list(from, optarg);
}

/* From the command line or, when that says nothing, from the environment. */
static void add_environment(struct request *req)
{
	const char *bypass = getenv("KTSTR_BYPASS_LLC_LOCKS");
	/* Nothing was reserved, so that there is nothing to keep to. */
	bool reserved = !bypass || !*bypass;

	if (CPU_COUNT(&req->cpus) == 0 && reserved)
		req->cpus = read_list("KTSTR_CPUS", getenv("KTSTR_CPUS"));
	if (CPU_COUNT(&req->cpus) == 0 &&
	    (req->strict || CPU_COUNT(&req->mems) > 0))
		die(EX_USAGE, "%s needs --cpus%s",
		    req->strict ? "--strict" : "--mems",
		    reserved ? " or KTSTR_CPUS"
			     : ": KTSTR_BYPASS_LLC_LOCKS is set, so that "
			       "KTSTR_CPUS is ignored");
	req->mems_asked = CPU_COUNT(&req->mems) > 0;
	if (!req->mems_asked && reserved)
		req->mems = read_list("KTSTR_MEMS", getenv("KTSTR_MEMS"));
}

static void parse(int argc, char **argv, struct request *req)
{
	static const struct option longopts[] = {
		{ "cpus", required_argument, NULL, OPT_CPUS },
		{ "mems", required_argument, NULL, OPT_MEMS },
		{ "strict", no_argument, NULL, OPT_STRICT },
		{ "die-with-parent", no_argument, NULL, OPT_DIE },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+qvhV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_CPUS:
			req->cpus = read_option_list("--cpus");
			break;
		case OPT_MEMS:
			req->mems = read_option_list("--mems");
			break;
		case OPT_STRICT:
			req->strict = true;
			break;
		case OPT_DIE:
			req->die_with_parent = true;
			break;
		default:
			options_common(c, "ktstr-sandbox " KTSTR_VERSION, help);
			break;
		}
	}
	req->argv = argv + optind;
}

int main(int argc, char **argv)
{
	pid_t parent = getppid();
	struct request req = { 0 };
	sigset_t mask;

	parse(argc, argv, &req);
	add_environment(&req);
	if (!*req.argv)
		die(EX_USAGE, "needs a command to run; see --help");
	check_places(&req);
	if (req.die_with_parent) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
			die(EX_BROKEN, "cannot follow our parent: %m");
		/* It may have ended before the kernel knew of our wish. */
		if (getppid() != parent)
			die(EX_BROKEN, "our parent has ended");
	}
	guard_block(&mask);
	return guard_run(&req, &mask);
}
