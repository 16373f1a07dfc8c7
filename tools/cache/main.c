/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ktstr-cache - kernels: what a spec stands for, and what is built already.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cache/commands.h"
#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/num.h"
#include "tools/lib/options.h"
#include "version.h"

/* Options without a letter of their own; the order is that of option_name. */
enum option_id {
	O_PROBE_FILE = 256,
	O_EXTRA,
	O_KCONFIG_DIR,
	O_BUILD_DIR,
	O_SINCE,
	O_FIELD,
	O_TO,
	O_IMAGE,
	O_VMLINUX,
	O_CONFIG,
	O_KEY,
	O_BPF_DIR,
	O_TITLE,
	O_FROM,
	O_SPARE,
	O_RANGE,
	O_EDITED,
	O_LINES,
	O_WHY,
	O_ECHO,
	O_APPEND_LOG,
	O_KEEP,
	O_CORRUPT_ONLY,
	O_FORCE,
	O_ALL,
	O_JSON,
	O_MAX_SIZE,
	O_MAX_AGE,
	O_DRY_RUN,
	O_EOL,
	O_DIE,
};

#define BIT(id) (UINT64_C(1) << ((id)-O_PROBE_FILE))
/* For max_args: no limit of ours. */
#define MANY 0xffffffffu

/**
 * struct command - one command
 * @options: the options that it knows, as BIT()s
 * @wraps:   its words are a command that needs no count
 */
static const struct command {
	const char *name;
	int (*run)(const struct options *o);
	unsigned int min_args, max_args;
	uint64_t options;
	bool wraps;
} commands[] = {
	{ "resolve", do_resolve, 1, 1,
	  BIT(O_LINES) | BIT(O_PROBE_FILE) | BIT(O_EXTRA) | BIT(O_KCONFIG_DIR) |
		  BIT(O_BUILD_DIR),
	  false },
	{ "probe", do_probe, 0, 1,
	  BIT(O_SINCE) | BIT(O_KCONFIG_DIR) | BIT(O_BUILD_DIR), false },
	{ "key", do_key, 1, 1, BIT(O_FIELD), false },
	{ "adopt", do_adopt, 2, 2, 0, false },
	{ "fetch", do_fetch, 0, 1,
	  BIT(O_PROBE_FILE) | BIT(O_TO) | BIT(O_KCONFIG_DIR), false },
	{ "expand", do_expand, 1, 0xffffffffu, 0, false },
	{ "built", do_built, 2, 2, 0, false },
	{ "get", do_get, 1, 1, 0, false },
	{ "put", do_put, 0, 0,
	  BIT(O_PROBE_FILE) | BIT(O_TO) | BIT(O_SPARE) | BIT(O_IMAGE) |
		  BIT(O_VMLINUX) | BIT(O_CONFIG) | BIT(O_KEY) | BIT(O_BPF_DIR) |
		  BIT(O_EDITED) | BIT(O_KCONFIG_DIR),
	  false },
	{ "push", do_push, 0, MANY, BIT(O_TO) | BIT(O_ALL) | BIT(O_FORCE),
	  false },
	{ "pull", do_pull, 0, MANY, BIT(O_FROM) | BIT(O_ALL), false },
	{ "list", do_list, 0, 0,
	  BIT(O_RANGE) | BIT(O_EOL) | BIT(O_JSON) | BIT(O_KCONFIG_DIR), false },
	{ "show", do_show, 1, 2,
	  BIT(O_FIELD) | BIT(O_KCONFIG_DIR) | BIT(O_WHY) | BIT(O_EXTRA) |
		  BIT(O_BUILD_DIR),
	  false },
	{ "verify", do_verify, 0, 1, 0, false },
	{ "vmlinux", do_vmlinux, 1, 1, 0, false },
	{ "gc", do_gc, 0, 0, BIT(O_MAX_SIZE) | BIT(O_MAX_AGE) | BIT(O_DRY_RUN),
	  false },
	{ "clean", do_clean, 0, MANY,
	  BIT(O_KEEP) | BIT(O_CORRUPT_ONLY) | BIT(O_FORCE), false },
	{ "strip", do_strip, 2, 2, 0, false },
	{ "work", do_work, 1, 0, 0, true },
	{ "exec", do_exec, 1, 0, 0, true },
	{ "log", do_log, 1, 0,
	  BIT(O_TO) | BIT(O_TITLE) | BIT(O_ECHO) | BIT(O_APPEND_LOG), true },
	{ "try", do_try, 1, 0, BIT(O_TO), true },
};

static const struct option longopts[] = {
	{ "probe-file", required_argument, NULL, O_PROBE_FILE },
	{ "extra-kconfig", required_argument, NULL, O_EXTRA },
	{ "kconfig-dir", required_argument, NULL, O_KCONFIG_DIR },
	{ "build-dir", required_argument, NULL, O_BUILD_DIR },
	{ "since", required_argument, NULL, O_SINCE },
	{ "field", required_argument, NULL, O_FIELD },
	{ "to", required_argument, NULL, O_TO },
	{ "image", required_argument, NULL, O_IMAGE },
	{ "vmlinux", required_argument, NULL, O_VMLINUX },
	{ "config", required_argument, NULL, O_CONFIG },
	{ "key", required_argument, NULL, O_KEY },
	{ "bpf-dir", required_argument, NULL, O_BPF_DIR },
	{ "title", required_argument, NULL, O_TITLE },
	{ "from", required_argument, NULL, O_FROM },
	{ "spare", required_argument, NULL, O_SPARE },
	{ "range", required_argument, NULL, O_RANGE },
	{ "edited", no_argument, NULL, O_EDITED },
	{ "lines", no_argument, NULL, O_LINES },
	{ "why", no_argument, NULL, O_WHY },
	{ "echo", no_argument, NULL, O_ECHO },
	{ "append", no_argument, NULL, O_APPEND_LOG },
	{ "keep", required_argument, NULL, O_KEEP },
	{ "corrupt-only", no_argument, NULL, O_CORRUPT_ONLY },
	{ "force", no_argument, NULL, O_FORCE },
	{ "all", no_argument, NULL, O_ALL },
	{ "json", no_argument, NULL, O_JSON },
	{ "max-size", required_argument, NULL, O_MAX_SIZE },
	{ "max-age", required_argument, NULL, O_MAX_AGE },
	{ "dry-run", no_argument, NULL, O_DRY_RUN },
	{ "eol", no_argument, NULL, O_EOL },
	{ "die-with-parent", no_argument, NULL, O_DIE },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

/* Take an option that is a string; false when @id is none. */
static bool take_string(struct options *o, int id)
{
	const char **const place[] = {
		[0] = &o->probe_file,
		[O_EXTRA - O_PROBE_FILE] = &o->extra,
		[O_KCONFIG_DIR - O_PROBE_FILE] = &o->kconfig_dir,
		[O_BUILD_DIR - O_PROBE_FILE] = &o->build_dir,
		[O_SINCE - O_PROBE_FILE] = &o->since,
		[O_FIELD - O_PROBE_FILE] = &o->field,
		[O_TO - O_PROBE_FILE] = &o->to,
		[O_IMAGE - O_PROBE_FILE] = &o->image,
		[O_VMLINUX - O_PROBE_FILE] = &o->vmlinux,
		[O_CONFIG - O_PROBE_FILE] = &o->config,
		[O_KEY - O_PROBE_FILE] = &o->key,
		[O_BPF_DIR - O_PROBE_FILE] = &o->bpf_dir,
		[O_TITLE - O_PROBE_FILE] = &o->title,
		[O_FROM - O_PROBE_FILE] = &o->from,
		[O_SPARE - O_PROBE_FILE] = &o->spare,
		[O_RANGE - O_PROBE_FILE] = &o->range,
	};

	if (id < O_PROBE_FILE || id > O_RANGE)
		return false;
	if (!*optarg)
		die(EX_USAGE, "--%s needs a value that is not empty",
		    longopts[id - O_PROBE_FILE].name);
	*place[id - O_PROBE_FILE] = optarg;
	return true;
}

/*
 * Die with the parent, which was @parent when we began.
 *
 * We get SIGTERM, on which a wrapper ends its command and cleans up; but a
 * command that we become gets SIGKILL, for we do not know what it does.
 */
static void die_with_parent(pid_t parent, bool becomes)
{
	if (prctl(PR_SET_PDEATHSIG, becomes ? SIGKILL : SIGTERM) < 0)
		die(EX_BROKEN, "cannot ask for the parent's end: %m");
	if (getppid() != parent)
		exit(EX_SIGNAL + SIGTERM);
}

/* Take an option that is a flag; false when @id is none. */
static bool take_flag(struct options *o, int id)
{
	bool *const place[] = {
		[O_WHY] = &o->why,
		[O_LINES] = &o->lines,
		[O_EDITED] = &o->edited,
		[O_ECHO] = &o->echo,
		[O_APPEND_LOG] = &o->append,
		[O_CORRUPT_ONLY] = &o->corrupt_only,
		[O_FORCE] = &o->force,
		[O_ALL] = &o->all,
		[O_JSON] = &o->json,
		[O_DRY_RUN] = &o->dry_run,
		[O_EOL] = &o->eol,
		[O_DIE] = &o->die_with_parent,
	};

	if (id < 0 || (size_t)id >= sizeof(place) / sizeof(place[0]) ||
	    !place[id])
		return false;
	*place[id] = true;
	return true;
}

static void take_option(struct options *o, int id)
{
	uint64_t n;

	if (take_string(o, id) || take_flag(o, id))
		return;
	switch (id) {
	case O_KEEP:
		if (num_parse(optarg, 0, 1000000, &n) < 0)
			die(EX_USAGE, "--keep '%s' is no number", optarg);
		o->keep = (unsigned int)n;
		o->has_keep = true;
		break;
	case O_MAX_SIZE:
		o->max_size = optarg;
		break;
	case O_MAX_AGE:
		if (num_parse(optarg, 0, 1000000, &n) < 0)
			die(EX_USAGE, "--max-age '%s' is no number of days",
			    optarg);
		o->max_age_days = (unsigned int)n;
		o->has_max_age = true;
		break;
	default:
		options_common(id, "ktstr-cache " KTSTR_VERSION, commands_help);
		break;
	}
}

/* The command called @name; refuses options that it does not know. */
static const struct command *find(const char *name, uint64_t given)
{
	const struct command *c = commands;
	const struct command *end = c + sizeof(commands) / sizeof(*commands);

	while (c < end && strcmp(c->name, name) != 0)
		c++;
	if (c == end)
		die(EX_USAGE, "no command '%s'; see --help", name);
	given &= ~(c->options | BIT(O_DIE));
	if (given)
		die(EX_USAGE, "%s has no option --%s", name,
		    longopts[__builtin_ctzll(given)].name);
	return c;
}

/* What is no folder has no entries, but that is not what is wrong with it. */
static void check_root(const char *root)
{
	struct stat st;
	int r = stat(root, &st) < 0 ? -errno : 0;

	if (r == -ENOTDIR || (r == 0 && !S_ISDIR(st.st_mode)))
		die(EX_USAGE, "the cache '%s' is not a folder", root);
}

int main(int argc, char **argv)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const struct command *command;
	struct options o = { 0 };
	unsigned int words = 0;
	uint64_t given = 0;
	pid_t parent = getppid();
	struct why why;
	char *root;
	int c, code;

	/* A text or an object without a part of it would be taken for whole. */
	msg_end_without_memory();
	json_set_alloc_funcs(memory_or_die, free);
	while ((c = getopt_long(argc, argv, "qvhV", longopts, NULL)) != -1) {
		take_option(&o, c);
		given |= c >= O_PROBE_FILE ? BIT(c) : 0;
	}
	if (optind == argc)
		die(EX_USAGE, "needs a command; see --help");
	command = find(argv[optind], given);
	if (o.die_with_parent)
		die_with_parent(parent, command->run == do_exec);
	o.args = argv + optind + 1;
	while (o.args[words])
		words++;
	if (words < command->min_args)
		die(EX_USAGE, "%s needs %u more word%s; see --help",
		    command->name, command->min_args - words,
		    command->min_args - words == 1 ? "" : "s");
	if (!command->wraps && words > command->max_args)
		die(EX_USAGE, "%s: unexpected '%s'", command->name,
		    o.args[command->max_args]);
	/* A file that may not grow is an error of write(2), not our end. */
	if (!command->wraps)
		(void)sigaction(SIGXFSZ, &ignore, NULL);
	code = cache_root(&root, &why);
	if (code < 0)
		exit(fail(code, &why));
	/* Its paths are handed to programs that run elsewhere. */
	if (*root != '/') {
		auto_free char *relative = root, *cwd = getcwd(NULL, 0);

		if (!cwd || asprintf(&root, "%s/%s", cwd, relative) < 0)
			die(EX_BROKEN, "cannot tell the current folder: %m");
	}
	check_root(root);
	o.root = root;
	code = command->run(&o);
	free(root);
	msg_close_stdout();
	return code;
}
