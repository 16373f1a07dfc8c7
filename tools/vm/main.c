/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-vm - boot a machine of a declared topology and run one thing in it. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/msg.h"
#include "tools/lib/num.h"
#include "tools/lib/options.h"
#include "tools/lib/words.h"
#include "tools/vm/help.h"
#include "tools/vm/named.h"
#include "tools/vm/request.h"
#include "version.h"
#include "vmm/trace/stream.h"

enum {
	OPT_KERNEL = 256,
	OPT_KERNEL_LABEL,
	OPT_SCHED,
	OPT_TEST,
	OPT_PRESET,
	OPT_TOPOLOGY,
	OPT_PROFILE,
	OPT_CLOCK,
	OPT_ACCEL,
	OPT_SEED,
	OPT_SHIFT,
	OPT_MEMORY,
	OPT_LIMIT,
	OPT_TIMEOUT,
	OPT_OUT,
	OPT_IDENTITY,
	OPT_INIT,
	OPT_QEMU,
	OPT_APPEND,
	OPT_INCLUDE,
	OPT_PERF,
	OPT_COLD,
	OPT_LIST,
	OPT_REMOVE,
	OPT_CONSOLE,
	OPT_DRY_RUN,
	OPT_JSON,
	OPT_SHELL,
	OPT_DMESG,
	OPT_VARIANT,
	OPT_PROJECT,
	OPT_TRACE,
	OPT_TRACE_BUFFER,
	OPT_BREAK,
	OPT_GDB,
	OPT_NO_REPRO,
};

static const struct option longopts[] = {
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "kernel-label", required_argument, NULL, OPT_KERNEL_LABEL },
	{ "sched", required_argument, NULL, OPT_SCHED },
	{ "test", required_argument, NULL, OPT_TEST },
	{ "preset", required_argument, NULL, OPT_PRESET },
	{ "topology", required_argument, NULL, OPT_TOPOLOGY },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "clock", required_argument, NULL, OPT_CLOCK },
	{ "accel", required_argument, NULL, OPT_ACCEL },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "shift", required_argument, NULL, OPT_SHIFT },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "identity", required_argument, NULL, OPT_IDENTITY },
	{ "init", required_argument, NULL, OPT_INIT },
	{ "qemu", required_argument, NULL, OPT_QEMU },
	{ "append", required_argument, NULL, OPT_APPEND },
	{ "include", required_argument, NULL, OPT_INCLUDE },
	{ "perf", no_argument, NULL, OPT_PERF },
	{ "cold", no_argument, NULL, OPT_COLD },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "remove", no_argument, NULL, OPT_REMOVE },
	{ "console", no_argument, NULL, OPT_CONSOLE },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "shell", required_argument, NULL, OPT_SHELL },
	{ "dmesg", no_argument, NULL, OPT_DMESG },
	{ "variant", required_argument, NULL, OPT_VARIANT },
	{ "project", required_argument, NULL, OPT_PROJECT },
	{ "trace", no_argument, NULL, OPT_TRACE },
	{ "trace-buffer", required_argument, NULL, OPT_TRACE_BUFFER },
	{ "break", required_argument, NULL, OPT_BREAK },
	{ "gdb", required_argument, NULL, OPT_GDB },
	{ "no-repro", no_argument, NULL, OPT_NO_REPRO },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static uint64_t number(const char *option, uint64_t min, uint64_t max)
{
	uint64_t value;

	if (num_parse(optarg, min, max, &value) < 0)
		die(EX_USAGE, "%s '%s' is not a number from %llu to %llu",
		    option, optarg, (unsigned long long)min,
		    (unsigned long long)max);
	return value;
}

/* The index of the option's value among @names. */
static int word(const char *option, const char *const *names)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(optarg, names[i]) == 0)
			return i;
	}
	die(EX_USAGE, "%s does not know '%s'; see --help", option, optarg);
}

/* Options without a value; false if @c is none of them. */
static bool take_switch(struct request *req, int c)
{
	switch (c) {
	case OPT_TRACE:
		req->trace = true;
		return true;
	case OPT_NO_REPRO:
		req->no_repro = true;
		return true;
	case OPT_PERF:
		req->perf = true;
		return true;
	case OPT_COLD:
		req->cold = true;
		return true;
	case OPT_LIST:
		req->list = true;
		return true;
	case OPT_REMOVE:
		req->remove = true;
		return true;
	case OPT_CONSOLE:
		req->console = true;
		return true;
	case OPT_DMESG:
		req->dmesg = req->console = true;
		return true;
	case OPT_DRY_RUN:
		req->dry_run = true;
		return true;
	case OPT_JSON:
		req->json = true;
		return true;
	}
	return false;
}

/* Options with a value that needs reading; false if @c is none of them. */
static bool take_value(struct request *req, int c)
{
	static const char *const clocks[] = { "virtual", "real", NULL };
	struct why why;

	switch (c) {
	case OPT_CLOCK:
		req->clock = (enum vm_clock)word("--clock", clocks);
		req->has_clock = true;
		return true;
	case OPT_ACCEL:
		req->accel = (enum accel_choice)word("--accel", accel_names);
		return true;
	case OPT_SEED:
		req->seed = number("--seed", 0, INT64_MAX);
		return true;
	case OPT_SHIFT:
		req->shift = (int)number("--shift", 0, 10);
		return true;
	case OPT_MEMORY:
		req->memory_mib = (unsigned int)number("--memory", 64, 1 << 20);
		return true;
	case OPT_LIMIT:
		if (limits_set(optarg, &req->limits, &why) < 0)
			die(why_code(why.error, EX_USAGE), "--limit: %s",
			    why.text);
		return true;
	case OPT_TIMEOUT:
		req->timeout_s =
			(unsigned int)number("--timeout", 1, TIMEOUT_MAX_S);
		return true;
	case OPT_INCLUDE:
		if (words_append(&req->include, optarg) < 0)
			die(EX_BROKEN, "out of memory");
		return true;
	case OPT_TRACE_BUFFER:
		req->trace_kib = number("--trace-buffer", TRACE_KIB_MIN,
					TRACE_BUFFERS_KIB);
		return true;
	}
	return false;
}

/* Options whose value is taken as it is. */
static const char **text_option(struct request *req, int c)
{
	switch (c) {
	case OPT_KERNEL:
		return &req->kernel;
	case OPT_KERNEL_LABEL:
		return &req->kernel_label;
	case OPT_SCHED:
		return &req->sched;
	case OPT_TEST:
		return &req->test;
	case OPT_PRESET:
		return &req->preset;
	case OPT_TOPOLOGY:
		return &req->topology;
	case OPT_PROFILE:
		return &req->profile;
	case OPT_OUT:
		return &req->out;
	case OPT_IDENTITY:
		return &req->identity;
	case OPT_INIT:
		return &req->init;
	case OPT_QEMU:
		return &req->qemu;
	case OPT_APPEND:
		return &req->append;
	case OPT_SHELL:
		return &req->shell;
	case OPT_VARIANT:
		return &req->variant;
	case OPT_PROJECT:
		return &req->project;
	case OPT_BREAK:
		return &req->break_at;
	case OPT_GDB:
		return &req->gdb;
	}
	return NULL;
}

#define BIT(option) (UINT64_C(1) << ((option)-OPT_KERNEL))

/* Which options a command takes. */
#define OF_MACHINE                                                             \
	(BIT(OPT_KERNEL) | BIT(OPT_TOPOLOGY) | BIT(OPT_CLOCK) |                \
	 BIT(OPT_ACCEL) | BIT(OPT_SHIFT) | BIT(OPT_MEMORY) | BIT(OPT_LIMIT) |  \
	 BIT(OPT_TIMEOUT) | BIT(OPT_INIT) | BIT(OPT_QEMU) | BIT(OPT_APPEND) |  \
	 BIT(OPT_CONSOLE) | BIT(OPT_DRY_RUN))
#define OF_RUN                                                                 \
	(OF_MACHINE | BIT(OPT_PERF) | BIT(OPT_COLD) | BIT(OPT_KERNEL_LABEL) |  \
	 BIT(OPT_SCHED) | BIT(OPT_TEST) | BIT(OPT_PRESET) | BIT(OPT_PROFILE) | \
	 BIT(OPT_SEED) | BIT(OPT_OUT) | BIT(OPT_IDENTITY) | BIT(OPT_JSON) |    \
	 BIT(OPT_VARIANT) | BIT(OPT_PROJECT) | BIT(OPT_TRACE) |                \
	 BIT(OPT_TRACE_BUFFER) | BIT(OPT_NO_REPRO))

/* What a variant's name says. */
#define OF_NAME                                                                \
	(BIT(OPT_KERNEL_LABEL) | BIT(OPT_PRESET) | BIT(OPT_TOPOLOGY) |         \
	 BIT(OPT_PROFILE) | BIT(OPT_CLOCK) | BIT(OPT_SEED))

/* No job, so no phases of one; and what is of all templates. */
#define OF_TEMPLATE (OF_MACHINE & ~(BIT(OPT_LIMIT) | BIT(OPT_TIMEOUT)))
#define OF_ALL	    (BIT(OPT_LIST) | BIT(OPT_REMOVE))

/* Its clock can only be real. */
#define OF_SHELL                                                               \
	((OF_MACHINE & ~BIT(OPT_SHIFT)) | BIT(OPT_SCHED) | BIT(OPT_PROFILE) |  \
	 BIT(OPT_PRESET) | BIT(OPT_INCLUDE) | BIT(OPT_SHELL) | BIT(OPT_DMESG))

/* Read options up to the first word that is none; gives its index. @given: a
 * bit for each option with a value that was there, in and out. */
static int parse(int argc, char **argv, struct request *req, uint64_t *given)
{
	int c;

	while ((c = getopt_long(argc, argv, "+qvhV", longopts, NULL)) != -1) {
		const char **text = text_option(req, c);

		if (c >= OPT_KERNEL)
			*given |= BIT(c);
		if (text)
			*text = optarg;
		else if (take_switch(req, c) || take_value(req, c))
			continue;
		else
			options_common(c, "ktstr-vm " KTSTR_VERSION, vm_help);
	}
	return optind;
}

static const struct {
	const char *name;
	int (*run)(const struct request *req);
	bool takes_command;
	uint64_t options;
} commands[] = {
	{ "run", command_run, false, OF_RUN },
	{ "debug", command_debug, false,
	  (OF_RUN | BIT(OPT_BREAK) | BIT(OPT_GDB)) &
		  ~(BIT(OPT_OUT) | BIT(OPT_IDENTITY) | BIT(OPT_JSON) |
		    BIT(OPT_DRY_RUN) | BIT(OPT_PERF) | BIT(OPT_TRACE) |
		    BIT(OPT_TRACE_BUFFER) | BIT(OPT_NO_REPRO)) },
	{ "exec", command_exec, true,
	  OF_MACHINE | BIT(OPT_PERF) | BIT(OPT_COLD) | BIT(OPT_SEED) |
		  BIT(OPT_INCLUDE) | BIT(OPT_DMESG) },
	{ "shell", command_shell, false, OF_SHELL },
	{ "template", command_template, false, OF_TEMPLATE | OF_ALL },
	{ "topology", command_topology, true,
	  OF_MACHINE | BIT(OPT_COLD) | BIT(OPT_JSON) },
	{ "initramfs", command_initramfs, false, BIT(OPT_INIT) | BIT(OPT_OUT) },
	{ "host", command_host, false,
	  BIT(OPT_TEST) | BIT(OPT_SCHED) | BIT(OPT_SEED) | BIT(OPT_TIMEOUT) |
		  BIT(OPT_OUT) | BIT(OPT_IDENTITY) | BIT(OPT_INIT) |
		  BIT(OPT_JSON) },
	{ "doctor", command_doctor, false, BIT(OPT_QEMU) | BIT(OPT_JSON) },
};

/* longopts has the options of @options in the order of their bits. */
static void refuse(const char *command, uint64_t options)
{
	for (int i = 0; options; i++, options >>= 1) {
		if (options & 1)
			die(EX_USAGE, "%s takes no option --%s; see --help",
			    command, longopts[i].name);
	}
}

/* A name is the whole of a variant. */
static void find_named(struct request *req, uint64_t given)
{
	uint64_t twice = given & OF_NAME;

	if (!req->variant && req->project)
		die(EX_USAGE, "--project says where a --variant is found");
	if (!req->variant)
		return;
	for (int i = 0; twice; i++, twice >>= 1) {
		if (twice & 1)
			die(EX_USAGE,
			    "the name of --variant says it already: leave out "
			    "--%s",
			    longopts[i].name);
	}
	named_find(req);
}

int main(int argc, char **argv)
{
	/* Its texts live as long as the program, see named_find(). */
	static struct request req = { .seed = 1, .shift = -1 };
	uint64_t given = 0;

	/* A text or an object without a part of it would be taken for whole. */
	msg_end_without_memory();
	json_set_alloc_funcs(memory_or_die, free);
	int at = parse(argc, argv, &req, &given);
	const char *name = argv[at];

	if (!name)
		die(EX_USAGE,
		    "needs a command: run, debug, exec, shell, template, "
		    "host, topology, initramfs or doctor; see --help");
	optind = at + 1; /* more options may stand behind the command */
	at = parse(argc, argv, &req, &given);
	if (at < argc)
		req.command = argv + at;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i].name) != 0)
			continue;
		if (req.command && !commands[i].takes_command)
			die(EX_USAGE, "%s takes no argument '%s'", name,
			    req.command[0]);
		refuse(name, given & ~commands[i].options);
		if (req.list || req.remove)
			refuse("template --list or --remove", given & ~OF_ALL);
		find_named(&req, given);
		int code = commands[i].run(&req);
		words_free(req.include);
		msg_close_stdout();
		return code;
	}
	if (strcmp(name, "job") == 0) /* it is in the design */
		die(EX_USAGE, "'%s' is not built yet", name);
	die(EX_USAGE, "no command is named '%s'; see --help", name);
}
