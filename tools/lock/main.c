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
#include "tools/lib/num.h"
#include "tools/lib/options.h"
#include "tools/lock/lock.h"
#include "version.h"

#define NS_PER_S 1000000000ULL

static const char help[] =
	"usage: ktstr-lock cpus [OPTION...] -- COMMAND [ARG...]\n"
	"       ktstr-lock source DIR [OPTION...] -- COMMAND [ARG...]\n"
	"       ktstr-lock plan [OPTION...]\n"
	"       ktstr-lock list [OPTION...]\n"
	"Reserve CPUs, or a source tree, and become COMMAND.\n"
	"\n"
	"      --cap N                 reserve N CPUs (cpus, plan)\n"
	"      --wait[=SECS]           wait for a lock, at most SECS (cpus, source)\n"
	"      --no-wait               do not wait (cpus, source)\n"
	"      --conflict-exit-code N  exit status when it is busy, else 75\n"
	"      --die-with-parent       be killed when the parent ends\n"
	"      --lock-dir DIR          where the locks on CPUs are\n"
	"      --root DIR              read sys/ and proc/ of a recorded machine\n"
	"      --json                  print JSON (list)\n"
	"  -q, --quiet                 no notes\n"
	"  -v, --verbose               details\n"
	"  -h, --help                  show this text\n"
	"  -V, --version               show the version\n";

enum option_value {
	OPT_CAP = 256,
	OPT_WAIT,
	OPT_NO_WAIT,
	OPT_CONFLICT,
	OPT_DIE,
	OPT_LOCK_DIR,
	OPT_ROOT,
	OPT_JSON,
};

static const struct option longopts[] = {
	{ "cap", required_argument, NULL, OPT_CAP },
	{ "wait", optional_argument, NULL, OPT_WAIT },
	{ "no-wait", no_argument, NULL, OPT_NO_WAIT },
	{ "conflict-exit-code", required_argument, NULL, OPT_CONFLICT },
	{ "die-with-parent", no_argument, NULL, OPT_DIE },
	{ "lock-dir", required_argument, NULL, OPT_LOCK_DIR },
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

#define BIT(option) (1U << ((option)-OPT_CAP))

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
	  .options = BIT(OPT_CAP) | BIT(OPT_WAIT) | BIT(OPT_NO_WAIT) |
		     BIT(OPT_CONFLICT) | BIT(OPT_DIE) | BIT(OPT_LOCK_DIR) |
		     BIT(OPT_ROOT),
	  .runs = true,
	  .reserves = true },
	{ .name = "source",
	  .run = do_source,
	  .options = BIT(OPT_WAIT) | BIT(OPT_NO_WAIT) | BIT(OPT_CONFLICT) |
		     BIT(OPT_DIE),
	  .runs = true },
	{ .name = "plan",
	  .run = do_plan,
	  .options = BIT(OPT_CAP) | BIT(OPT_LOCK_DIR) | BIT(OPT_ROOT),
	  .reserves = true },
	{ .name = "list",
	  .run = do_list,
	  .options = BIT(OPT_LOCK_DIR) | BIT(OPT_ROOT) | BIT(OPT_JSON) },
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

static unsigned int read_cap(const char *from, const char *text)
{
	uint64_t n;
	int r = num_parse(text, 1, CPU_SETSIZE, &n);

	if (r == -ERANGE && strspn(text, "0") == strlen(text))
		die(EX_USAGE, "%s must be 1 CPU or more, not %s", from, text);
	if (r < 0)
		die(EX_USAGE, "%s '%s' is no number from 1 to %d", from, text,
		    CPU_SETSIZE);
	return (unsigned int)n;
}

/* Seconds, or a number with a unit. */
static uint64_t read_wait(const char *text)
{
	uint64_t n;

	if (!text)
		return LOCK_FILE_FOREVER;
	if (num_parse(text, 0, INT32_MAX, &n) == 0)
		return n * NS_PER_S;
	if (num_parse_time(text, &n) == 0)
		return n;
	die(EX_USAGE, "--wait '%s' is no number of seconds", text);
}

static int read_code(const char *text)
{
	uint64_t n;

	if (num_parse(text, 0, 255, &n) < 0)
		die(EX_USAGE,
		    "--conflict-exit-code '%s' is no number from 0 to 255",
		    text);
	return (int)n;
}

static void read_long(struct parse *p, int option)
{
	p->seen |= BIT(option);
	switch (option) {
	case OPT_CAP:
		p->req.cap = read_cap("--cap", optarg);
		break;
	case OPT_WAIT:
		p->req.wait_ns = read_wait(optarg);
		break;
	case OPT_NO_WAIT:
		p->req.wait_ns = 0;
		break;
	case OPT_CONFLICT:
		p->req.conflict_code = read_code(optarg);
		break;
	case OPT_DIE:
		p->req.die_with_parent = true;
		break;
	case OPT_LOCK_DIR:
		p->req.folder = optarg;
		break;
	case OPT_ROOT:
		p->req.root = optarg;
		break;
	case OPT_JSON:
		p->req.json = true;
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
	die(EX_USAGE, "no sub-command '%s': cpus, source, plan or list", name);
}

/* Take the next word, if it is not the start of the command to run. */
static bool read_word(struct parse *p, char **argv)
{
	if (strcmp(argv[optind - 1], "--") == 0)
		return false;
	if (!p->command)
		p->command = find_command(argv[optind]);
	else if (p->command->run == do_source && !p->req.source)
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
	if (!p->req.cap && cap && *cap)
		p->req.cap = read_cap("KTSTR_CPU_CAP", cap);
	if (p->req.cap && p->req.bypass)
		die(EX_USAGE,
		    "a cap of CPUs is a resource contract, and "
		    "KTSTR_BYPASS_LLC_LOCKS takes no locks that could keep "
		    "it: drop one of them");
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
	if (p->command->run == do_source && !p->req.source)
		die(EX_USAGE, "'source' needs a folder; see --help");
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
