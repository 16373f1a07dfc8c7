/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ktstr-kconfig - merge kernel configuration fragments, and check the result.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "tools/kconfig/check.h"
#include "tools/kconfig/conf.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/options.h"
#include "tools/lib/words.h"
#include "version.h"

static const char help[] =
	"usage: ktstr-kconfig merge BASE FRAGMENT...\n"
	"       ktstr-kconfig stale CONFIG FRAGMENT...\n"
	"       ktstr-kconfig check CONFIG [--required LIST]\n"
	"                     [--requested FRAGMENT]... [--tree DIR]\n"
	"Merge kernel configuration fragments, and check what became of them.\n"
	"\n"
	"  merge  print BASE with the fragments applied, the last one wins\n"
	"  stale  print the lines that CONFIG lacks; exit 1 if there are any\n"
	"  check  exit 1 if a required option is off; warn of dropped requests\n"
	"\n"
	"      --required LIST       options that must be y: CONFIG_NAME | hint\n"
	"      --requested FRAGMENT  options that were asked for; may repeat\n"
	"      --tree DIR            kernel source, to tell unknown options\n"
	"  -q, --quiet    no notes\n"
	"  -v, --verbose  more details\n"
	"  -h, --help     show this text\n"
	"  -V, --version  show the version\n";

/* What the command line asks for. */
struct request {
	const char *required, *tree;
	char **requested; /* NULL-terminated, or NULL */
	char **args;	  /* the command and its files */
};

enum { OPT_REQUIRED = 256, OPT_REQUESTED, OPT_TREE };

static struct request parse(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "required", required_argument, NULL, OPT_REQUIRED },
		{ "requested", required_argument, NULL, OPT_REQUESTED },
		{ "tree", required_argument, NULL, OPT_TREE },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct request req = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "qvhV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_REQUIRED:
			req.required = optarg;
			break;
		case OPT_REQUESTED:
			if (words_append(&req.requested, optarg) < 0)
				die(EX_BROKEN, "out of memory");
			break;
		case OPT_TREE:
			req.tree = optarg;
			break;
		default:
			options_common(c, "ktstr-kconfig " KTSTR_VERSION, help);
			break;
		}
	}
	req.args = argv + optind;
	return req;
}

/* The exit code for a file that cannot be used, said once. */
static noreturn void die_of_file(int error, const struct why *why)
{
	die(error == -ENOMEM ? EX_BROKEN : EX_USAGE, "%s", why->text);
}

static void read_or_die(struct conf *c, const char *path)
{
	struct why why;
	int r = conf_read(c, path, NULL, &why);

	if (r < 0)
		die_of_file(r, &why);
}

static void say_override(const struct conf_line *was,
			 const struct conf_line *now, void *data)
{
	auto_str struct str text = { 0 };

	(void)data;
	str_addf(&text, "%s:%u: ", now->file, now->line);
	conf_format_line(&text, now);
	str_add(&text, " overrides ");
	conf_format_line(&text, was);
	str_addf(&text, " of %s:%u", was->file, was->line);
	warn("%s", str_text(&text));
}

/* All fragments of @paths in one, saying what a later one changes. */
static void merge_fragments(struct conf *ret, char **paths, bool say)
{
	for (; paths && *paths; paths++) {
		auto_conf struct conf one = { .twice = say ? say_override
							   : NULL };

		read_or_die(&one, *paths);
		if (conf_merge(ret, &one, say ? say_override : NULL, NULL) < 0)
			die(EX_BROKEN, "out of memory");
	}
}

static int do_merge(const struct request *req)
{
	auto_conf struct conf base = { 0 }, wanted = { 0 };
	auto_str struct str text = { 0 };

	read_or_die(&base, req->args[1]);
	merge_fragments(&wanted, req->args + 2, true);
	if (conf_merge(&base, &wanted, NULL, NULL) < 0)
		die(EX_BROKEN, "out of memory");
	conf_format(&text, &base);
	fputs(str_text(&text), stdout);
	return EX_PASS;
}

static int do_stale(const struct request *req)
{
	auto_conf struct conf config = { 0 }, wanted = { 0 };
	auto_str struct str text = { 0 };

	read_or_die(&config, req->args[1]);
	merge_fragments(&wanted, req->args + 2, false);
	for (size_t i = 0; i < wanted.count; i++) {
		if (conf_has(&config, &wanted.line[i]))
			continue;
		conf_format_line(&text, &wanted.line[i]);
		str_add(&text, "\n");
	}
	fputs(str_text(&text), stdout);
	return text.len ? EX_FAIL : EX_PASS;
}

/* Give each line of @text to @say. */
static void say_lines(struct str *text, void (*say)(const char *fmt, ...))
{
	char *rest = text->text, *line;

	while ((line = strsep(&rest, "\n")) && *line)
		say("%s", line);
}

/* It is looked at only when a request was dropped, and refused in any case. */
static void tree_or_die(const char *tree)
{
	auto_fd int fd = open(tree, O_DIRECTORY | O_PATH | O_CLOEXEC);

	if (fd < 0)
		die(EX_USAGE, "cannot read '%s': %s", tree, strerror(errno));
}

static int do_check(const struct request *req)
{
	auto_conf struct conf config = { 0 }, wanted = { 0 };
	auto_str struct str dropped = { 0 }, missing = { 0 };
	struct required *required = NULL;
	size_t bad = 0;
	struct why why;
	int r = 0;

	read_or_die(&config, req->args[1]);
	merge_fragments(&wanted, req->requested, false);
	if (req->tree)
		tree_or_die(req->tree);
	if (req->required)
		r = required_read(req->required, &required, &why);
	if (r >= 0)
		r = requested_dropped(&config, &wanted, req->tree, &dropped,
				      &why);
	if (r < 0)
		die_of_file(r, &why);
	say_lines(&dropped, warn);
	if (required)
		bad = required_missing(&config, required, &missing);
	say_lines(&missing, warn);
	required_free(required);
	return bad ? EX_FAIL : EX_PASS;
}

int main(int argc, char **argv)
{
	msg_end_without_memory();
	struct request req = parse(argc, argv);
	size_t n = words_count(req.args);
	const char *command = n ? req.args[0] : "";
	bool checks = strcmp(command, "check") == 0;
	int code;

	if (n == 0)
		die(EX_USAGE, "needs a command: merge, stale or check; see "
			      "--help");
	if (!checks && (req.required || req.requested || req.tree))
		die(EX_USAGE, "--required, --requested and --tree go with "
			      "check alone");
	if (checks && n != 2)
		die(EX_USAGE, "check needs one CONFIG");
	if (checks && !req.required && !req.requested)
		die(EX_USAGE, "check needs --required or --requested");
	if (!checks && strcmp(command, "merge") != 0 &&
	    strcmp(command, "stale") != 0)
		die(EX_USAGE,
		    "no command '%s'; there are merge, stale and "
		    "check",
		    command);
	if (!checks && n < 3)
		die(EX_USAGE,
		    "%s needs a configuration and at least one "
		    "FRAGMENT",
		    command);
	if (checks)
		code = do_check(&req);
	else
		code = *command == 'm' ? do_merge(&req) : do_stale(&req);
	words_free(req.requested);
	msg_close_stdout();
	return code;
}
