/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-lock - reserve CPUs, or a source tree, and become a command. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/lockfile.h"
#include "tools/lib/options.h"
#include "tools/lock/lock.h"
#include "tools/lock/values.h"
#include "version.h"

static const char help[] =
	"usage: ktstr-lock cpus [OPTION...] -- COMMAND [ARG...]\n"
	"       ktstr-lock source DIR [OPTION...] -- COMMAND [ARG...]\n"
	"       ktstr-lock build KEY [OPTION...] -- COMMAND [ARG...]\n"
	"       ktstr-lock plan [OPTION...]\n"
	"       ktstr-lock list [OPTION...]\n"
	"Reserve CPUs, a source tree, or the build of a kernel, and become COMMAND.\n"
	"\n"
	"      --cap N                 share N CPUs (cpus, plan)\n"
	"      --window N              N CPUs that no other window has (cpus, plan)\n"
	"      --exclusive             LLCs alone, for a guest (cpus, plan)\n"
	"      --topology T            the guest: NnNlNcNt, or a preset\n"
	"      --wait[=SECS]           wait for a lock, at most SECS\n"
	"      --no-wait               do not wait (cpus, source, build)\n"
	"      --conflict-exit-code N  exit status when it is busy, else 75\n"
	"      --lacking-exit-code N   exit status when there is not so much, else 2\n"
	"      --die-with-parent       be killed when the parent ends\n"
	"      --lock-dir DIR          where the locks on CPUs are\n"
	"      --root DIR              read sys/ and proc/ of a recorded machine\n"
	"      --json                  print JSON (plan, list)\n"
	"      --watch TIME            print again every TIME, as 1s (list)\n"
	"  -q, --quiet                 no notes\n"
	"  -v, --verbose               details\n"
	"  -h, --help                  show this text\n"
	"  -V, --version               show the version\n";

enum option_value {
	OPT_CAP = 256,
	OPT_WINDOW,
	OPT_EXCLUSIVE,
	OPT_TOPOLOGY,
	OPT_WAIT,
	OPT_NO_WAIT,
	OPT_CONFLICT,
	OPT_LACKING,
	OPT_DIE,
	OPT_LOCK_DIR,
	OPT_ROOT,
	OPT_JSON,
	OPT_WATCH,
};

static const struct option longopts[] = {
	{ "cap", required_argument, NULL, OPT_CAP },
	{ "window", required_argument, NULL, OPT_WINDOW },
	{ "exclusive", no_argument, NULL, OPT_EXCLUSIVE },
	{ "topology", required_argument, NULL, OPT_TOPOLOGY },
	{ "wait", optional_argument, NULL, OPT_WAIT },
	{ "no-wait", no_argument, NULL, OPT_NO_WAIT },
	{ "conflict-exit-code", required_argument, NULL, OPT_CONFLICT },
	{ "lacking-exit-code", required_argument, NULL, OPT_LACKING },
	{ "die-with-parent", no_argument, NULL, OPT_DIE },
	{ "lock-dir", required_argument, NULL, OPT_LOCK_DIR },
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "watch", required_argument, NULL, OPT_WATCH },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

#define BIT(option) (1U << ((option)-OPT_CAP))
#define BITS_RESERVE                                                           \
	(BIT(OPT_CAP) | BIT(OPT_WINDOW) | BIT(OPT_EXCLUSIVE) |                 \
	 BIT(OPT_TOPOLOGY) | BIT(OPT_CONFLICT) | BIT(OPT_LACKING) |            \
	 BIT(OPT_LOCK_DIR) | BIT(OPT_ROOT))

/**
 * struct command - a sub-command
 * @options:  BIT() of each long option it takes
 * @runs:     becomes a command
 * @reserves: plans CPUs
 */
static const struct command {
	const char *name;
	int (*run)(const struct request *req);
	unsigned int options;
	bool runs, reserves;
} commands[] = {
	{ .name = "cpus",
	  .run = do_cpus,
	  .options = BITS_RESERVE | BIT(OPT_WAIT) | BIT(OPT_NO_WAIT) |
		     BIT(OPT_DIE),
	  .runs = true,
	  .reserves = true },
	{ .name = "source",
	  .run = do_source,
	  .options = BIT(OPT_WAIT) | BIT(OPT_NO_WAIT) | BIT(OPT_CONFLICT) |
		     BIT(OPT_DIE),
	  .runs = true },
	{ .name = "build",
	  .run = do_build,
	  .options = BIT(OPT_WAIT) | BIT(OPT_NO_WAIT) | BIT(OPT_CONFLICT) |
		     BIT(OPT_DIE),
	  .runs = true },
	{ .name = "plan",
	  .run = do_plan,
	  .options = BITS_RESERVE | BIT(OPT_JSON),
	  .reserves = true },
	{ .name = "list",
	  .run = do_list,
	  .options = BIT(OPT_LOCK_DIR) | BIT(OPT_ROOT) | BIT(OPT_JSON) |
		     BIT(OPT_WATCH) },
};

/**
 * struct parse - state of reading the command line
 * @command: NULL until its name was read
 * @seen:    BIT() of each long option so far
 */
struct parse {
	const struct command *command;
	unsigned int seen;
	struct request req;
};

static void read_long(struct parse *p, int option)
{
	p->seen |= BIT(option);
	switch (option) {
	case OPT_CAP:
		p->req.cap = read_cpus("--cap", optarg);
		break;
	case OPT_WINDOW:
		p->req.cap = read_cpus("--window", optarg);
		p->req.kind = PLAN_WINDOW;
		break;
	case OPT_EXCLUSIVE:
		p->req.kind = PLAN_EXCLUSIVE;
		break;
	case OPT_TOPOLOGY:
		p->req.guest = read_topology(optarg);
		break;
	case OPT_WAIT:
		p->req.wait_ns = read_wait(optarg);
		break;
	case OPT_NO_WAIT:
		p->req.wait_ns = 0;
		break;
	case OPT_CONFLICT:
		p->req.conflict_code =
			read_code("--conflict-exit-code", optarg);
		break;
	case OPT_LACKING:
		p->req.lacking_code = read_code("--lacking-exit-code", optarg);
		break;
	case OPT_DIE:
		p->req.die_with_parent = true;
		break;
	case OPT_LOCK_DIR:
		p->req.folder = optarg;
		p->req.folder_asked = true;
		break;
	case OPT_ROOT:
		p->req.root = optarg;
		break;
	case OPT_JSON:
		p->req.json = true;
		break;
	case OPT_WATCH:
		p->req.watch_ns = read_watch(optarg);
		break;
	}
}

static void read_option(struct parse *p, int c)
{
	switch (c) {
	case 'q':
	case 'v':
	case 'h':
	case 'V':
	case '?':
		options_common(c, "ktstr-lock " KTSTR_VERSION, help);
		break;
	default:
		read_long(p, c);
	}
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	die(EX_USAGE, "no sub-command '%s': cpus, source, build, plan or list",
	    name);
}

static bool takes_word(const struct command *c)
{
	return c->run == do_source || c->run == do_build;
}

/* Take the next word, if it is not the start of the command to run. */
static bool read_word(struct parse *p, char **argv)
{
	if (strcmp(argv[optind - 1], "--") == 0)
		return false;
	if (!p->command)
		p->command = find_command(argv[optind]);
	else if (takes_word(p->command) && !p->req.source)
		p->req.source = argv[optind];
	else
		return false;
	optind++;
	return true;
}

/* Variables that stand for options, and rules that hold for both. */
static void read_environment(struct parse *p)
{
	const char *cap = getenv("KTSTR_CPU_CAP");
	const char *bypass = getenv("KTSTR_BYPASS_LLC_LOCKS");
	const char *folder = getenv("KTSTR_LOCK_DIR");

	p->req.bypass = bypass && *bypass;
	if (!p->req.folder && folder && *folder)
		p->req.folder = folder;
	if (!p->command->reserves)
		return;
	if (p->req.kind != PLAN_SHARED && cap && *cap)
		note("KTSTR_CPU_CAP caps shared CPUs alone, and does nothing "
		     "here");
	else if (!p->req.cap && cap && *cap)
		p->req.cap = read_cpus("KTSTR_CPU_CAP", cap);
	if (p->req.bypass && (p->req.cap || p->req.kind != PLAN_SHARED))
		die(EX_USAGE,
		    "%s is a resource contract, and KTSTR_BYPASS_LLC_LOCKS "
		    "takes no locks that could keep it: drop one of them",
		    p->req.kind == PLAN_SHARED	 ? "a cap of CPUs"
		    : p->req.kind == PLAN_WINDOW ? "a window of CPUs"
						 : "an LLC alone");
}

/* One reservation at a time, and all that belongs to it. */
static void check_kind(const struct parse *p)
{
	const unsigned int kinds =
		BIT(OPT_CAP) | BIT(OPT_WINDOW) | BIT(OPT_EXCLUSIVE);
	unsigned int some = p->seen & kinds;

	if (some & (some - 1))
		die(EX_USAGE, "--cap, --window and --exclusive are three kinds "
			      "of reservations: say one of them");
	if (!(p->seen & BIT(OPT_EXCLUSIVE)) != !(p->seen & BIT(OPT_TOPOLOGY)))
		die(EX_USAGE,
		    "--exclusive and --topology belong together: the LLCs of a "
		    "guest of that topology");
}

static void check(struct parse *p, char **argv)
{
	unsigned int wrong;

	if (!p->command)
		die(EX_USAGE, "needs a sub-command; see --help");
	wrong = p->seen & ~p->command->options;
	for (const struct option *o = longopts; wrong && o->name; o++) {
		if (o->val >= OPT_CAP && wrong & BIT(o->val))
			die(EX_USAGE, "'%s' does not take --%s",
			    p->command->name, o->name);
	}
	check_kind(p);
	if (takes_word(p->command) && !p->req.source)
		die(EX_USAGE, "'%s' needs a %s; see --help", p->command->name,
		    p->command->run == do_source ? "folder" : "key");
	if (p->command->runs && !argv[optind])
		die(EX_USAGE, "'%s' needs a command to run; see --help",
		    p->command->name);
	if (!p->command->runs && argv[optind])
		die(EX_USAGE, "'%s' takes no '%s'", p->command->name,
		    argv[optind]);
	read_environment(p);
	p->req.recorded = p->seen & BIT(OPT_ROOT);
	if (p->req.recorded && p->command->runs && !p->req.folder)
		die(EX_USAGE, "with --root, --lock-dir must say where to lock: "
			      "a recorded machine has no locks here");
	p->req.argv = argv + optind;
}

int main(int argc, char **argv)
{
	struct parse p = { .req = {
				   .wait_ns = LOCK_FILE_FOREVER,
				   .conflict_code = EX_BUSY,
				   .lacking_code = EX_USAGE,
				   .root = "/",
			   } };
	pid_t parent = getppid();
	int c, r;

	for (;;) {
		while ((c = getopt_long(argc, argv, "+qvhV", longopts, NULL)) !=
		       -1)
			read_option(&p, c);
		if (!argv[optind] || !read_word(&p, argv))
			break;
	}
	check(&p, argv);
	if (p.req.die_with_parent)
		die_with_parent(parent);
	r = p.command->run(&p.req);
	msg_close_stdout();
	return r;
}
