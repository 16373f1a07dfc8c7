// SPDX-License-Identifier: GPL-2.0-or-later
/* scx_zoo.c - load the scheduler with the fault that was asked for, and stay.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "zoo.h"

#include "scx_zoo.skel.h"

/* From the kernel's enum scx_exit_kind and enum scx_ops_flags. */
#define EXIT_UNREG     64
#define SWITCH_PARTIAL (1ULL << 3)

static const struct fault {
	const char *name, *effect;
} faults[] = { [FAULT_NONE] = { "none", "it is fair" },
#define FAULT(symbol, name, effect) [FAULT_##symbol] = { name, effect },
	       ZOO_FAULTS(FAULT)
#undef FAULT
};
#define FAULTS (sizeof(faults) / sizeof(faults[0]))

/**
 * struct options - the command line
 * @percent: how often the fault shows
 * @after:   seconds, from when on it shows
 */
struct options {
	unsigned int fault, percent;
	double after;
};

/* Is it decided when the scheduler is loaded whether the fault shows? */
static bool shows_at_load(unsigned int fault)
{
	switch (fault) {
	case FAULT_REJECT:
	case FAULT_REJECT_LONG:
	case FAULT_REJECT_SLOW:
	case FAULT_INIT_CPU:
	case FAULT_PARTIAL:
	case FAULT_IGNORE_HOTPLUG:
		return true;
	default:
		return false;
	}
}

/* What is decided once, by us, is decided here: then BPF code has no dice. */
static void throw_dice(struct options *opt)
{
	bool ours = shows_at_load(opt->fault) || opt->fault == FAULT_LINGER;
	unsigned int number = 0;

	if (!ours || opt->percent >= 100)
		return;
	if (getrandom(&number, sizeof(number), 0) < 0)
		fprintf(stderr, "scx_zoo: no random number: %s\n",
			strerror(errno));
	if (number % 100 >= opt->percent)
		opt->fault = FAULT_NONE;
	opt->percent = 100;
}

/* The first number in a file of @cpu's folder; -1 if there is none. */
static long cpu_number(unsigned int cpu, const char *name)
{
	char path[128];
	long number = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/%s", cpu,
		 name);
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (fscanf(f, "%ld", &number) != 1)
		number = -1;
	fclose(f);
	return number;
}

/* Caches and cores are named by the lowest CPU that has them. */
static void tell_topology(struct scx_zoo *skel, unsigned int cpus)
{
	skel->rodata->cpu_count = cpus;
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		long llc = cpu_number(cpu, "cache/index3/shared_cpu_list");
		long core = cpu_number(cpu, "topology/thread_siblings_list");

		skel->rodata->cpu_llc[cpu] = llc < 0 ? 0 : (unsigned int)llc;
		skel->rodata->cpu_core[cpu] =
			core < 0 ? cpu : (unsigned int)core;
	}
}

static struct scx_zoo *load(const struct options *opt)
{
	struct scx_zoo *skel = scx_zoo__open();
	int cpus = libbpf_num_possible_cpus();

	if (!skel || cpus < 1 || cpus > MAX_CPUS) {
		fprintf(stderr, "scx_zoo: cannot start on %d CPUs\n", cpus);
		goto failed;
	}
	tell_topology(skel, (unsigned int)cpus);
	skel->rodata->fault = opt->fault;
	skel->rodata->fault_percent = opt->percent;
	skel->rodata->fault_after_ns =
		(unsigned long long)(opt->after * 1000000000.);
	if (opt->fault == FAULT_PARTIAL)
		skel->struct_ops.zoo_ops->flags |= SWITCH_PARTIAL;
	if (opt->fault == FAULT_IGNORE_HOTPLUG) {
		skel->struct_ops.zoo_ops->cpu_online = NULL;
		skel->struct_ops.zoo_ops->cpu_offline = NULL;
	}
	if (scx_zoo__load(skel)) {
		fprintf(stderr, "scx_zoo: cannot load: %s\n", strerror(errno));
		goto failed;
	}
	return skel;

failed:
	scx_zoo__destroy(skel);
	return NULL;
}

/* Say why we ended. It is a failure unless we let go ourselves. */
static int judge(const struct exit_report *report)
{
	if (report->kind == EXIT_UNREG)
		return 0;
	fprintf(stderr, "scx_zoo: the kernel ended the scheduler: %s%s%s\n",
		report->reason, report->message[0] ? ": " : "",
		report->message);
	return 1;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A signal came: is it obeyed? */
static bool ends(const struct options *opt, double since)
{
	return opt->fault != FAULT_LINGER || seconds() - since < opt->after;
}

static int run(const struct options *opt, const sigset_t *stop)
{
	const struct timespec tick = { .tv_nsec = 100000000 };
	struct scx_zoo *skel = load(opt);
	double since = seconds();
	struct bpf_link *link;
	int status = 1;

	if (!skel)
		return 1;
	link = bpf_map__attach_struct_ops(skel->maps.zoo_ops);
	if (!link) {
		fprintf(stderr, "scx_zoo: cannot attach: %s\n",
			strerror(errno));
		if (skel->bss->exit_report.kind)
			judge(&skel->bss->exit_report);
		goto out;
	}
	/* From here on we only wait: for a signal, or for the kernel. */
	while (sigtimedwait(stop, NULL, &tick) < 0 || !ends(opt, since))
		if (__atomic_load_n(&skel->bss->exit_report.kind,
				    __ATOMIC_ACQUIRE))
			break;
	/* The link is the scheduler's life: also when we are killed. */
	bpf_link__destroy(link);
	status = judge(&skel->bss->exit_report);
out:
	scx_zoo__destroy(skel);
	return status;
}

static void print_help(void)
{
	fputs("usage: scx_zoo [--fault NAME [--after SECS] [--chance "
	      "PERCENT]]\n"
	      "       scx_zoo --list\n"
	      "\n"
	      "Schedule all tasks fairly, but for one fault.\n",
	      stdout);
}

/* Digits with one point at most; and "least" to "most". */
static bool number(const char *option, const char *text, double least,
		   double most, double *ret)
{
	const char *point = strchr(text, '.');

	*ret = strtod(text, NULL);
	if (text[0] && !text[strspn(text, "0123456789.")] &&
	    (!point || !strchr(point + 1, '.')) && *ret >= least &&
	    *ret <= most)
		return true;
	fprintf(stderr, "scx_zoo: %s: '%s' is not a number from %g to %g\n",
		option, text, least, most);
	return false;
}

static bool name_fault(const char *name, struct options *opt)
{
	for (opt->fault = 0; opt->fault < FAULTS; opt->fault++)
		if (strcmp(faults[opt->fault].name, name) == 0)
			return true;
	fprintf(stderr, "scx_zoo: there is no fault '%s'; see --list\n", name);
	return false;
}

/* What --fault, --after and --chance were given; NULL: not. */
static bool take_words(const char *fault, const char *after, const char *chance,
		       struct options *ret)
{
	double percent = 100;

	if (!fault && (after || chance)) {
		fprintf(stderr, "scx_zoo: %s means nothing without --fault\n",
			after ? "--after" : "--chance");
		return false;
	}
	if ((fault && !name_fault(fault, ret)) ||
	    (after && !number("--after", after, 0, 3600, &ret->after)) ||
	    (chance && !number("--chance", chance, 1, 100, &percent)))
		return false;
	ret->percent = (unsigned int)percent;
	if (ret->percent < percent) {
		fprintf(stderr, "scx_zoo: --chance: '%s' is no whole number\n",
			chance);
		return false;
	}
	if (ret->after > 0 && shows_at_load(ret->fault)) {
		fprintf(stderr,
			"scx_zoo: --after: '%s' shows when the scheduler is "
			"loaded, or never\n",
			faults[ret->fault].name);
		return false;
	}
	return true;
}

static void print_list(void)
{
	for (size_t i = 1; i < FAULTS; i++)
		printf("%-16s %s\n", faults[i].name, faults[i].effect);
}

/* Read the command line. Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *ret)
{
	enum { FAULT, AFTER, CHANCE, LIST, HELP };
	static const struct option longs[] = {
		{ "fault", required_argument, NULL, FAULT },
		{ "after", required_argument, NULL, AFTER },
		{ "chance", required_argument, NULL, CHANCE },
		{ "list", no_argument, NULL, LIST },
		{ "help", no_argument, NULL, HELP },
		{ 0 },
	};
	const char *words[3] = { NULL };
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == LIST || c == HELP) {
			(c == LIST ? print_list : print_help)();
			return 0;
		}
		if (c == '?')
			return 2;
		if (words[c]) {
			fprintf(stderr, "scx_zoo: --%s twice\n", longs[c].name);
			return 2;
		}
		words[c] = optarg;
	}
	if (argv[optind]) {
		fprintf(stderr, "scx_zoo: what is '%s'?\n", argv[optind]);
		return 2;
	}
	return take_words(words[FAULT], words[AFTER], words[CHANCE], ret) ? -1
									  : 2;
}

int main(int argc, char **argv)
{
	struct options opt = { .percent = 100 };
	int status = parse_options(argc, argv, &opt);
	sigset_t stop;

	if (status >= 0)
		return status;
	throw_dice(&opt);
	/* Blocked, so that only sigtimedwait() sees them: no handler, no race.
	 */
	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	return run(&opt, &stop);
}
