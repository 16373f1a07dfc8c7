// SPDX-License-Identifier: GPL-2.0-or-later
/* scx_mini.c - load scx_mini into the kernel, and stay until told to stop. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "scx_mini.h"

#include "scx_mini.skel.h"

/* From the kernel's enum scx_exit_kind and scx_exit_code. */
#define EXIT_UNREG	 64	     /* we let go ourselves */
#define CODE_ACT_RESTART (1LL << 48) /* CPUs came or went: load us again */

enum { RUN_DONE, RUN_FAILED, RUN_AGAIN };

struct options {
	bool per_llc, verbose;
	unsigned int slice_us;
};

static bool verbose;

static int print_libbpf(enum libbpf_print_level level, const char *format,
			va_list args)
{
	if (level == LIBBPF_DEBUG && !verbose)
		return 0;
	return vfprintf(stderr, format, args);
}

/* Read one word of a file below a CPU's folder; false if it is not there. */
static bool read_cpu_file(unsigned int cpu, unsigned int cache,
			  const char *name, char *ret, size_t size)
{
	char path[128];
	FILE *f;
	bool done;

	snprintf(path, sizeof(path),
		 "/sys/devices/system/cpu/cpu%u/cache/index%u/%s", cpu, cache,
		 name);
	f = fopen(path, "re");
	if (!f)
		return false;
	done = fgets(ret, (int)size, f);
	fclose(f);
	return done;
}

/*
 * The lowest CPU behind the same last-level cache as @cpu: its name, so to say.
 * Returns -1 when the kernel tells nothing of the caches of @cpu.
 */
static long llc_of_cpu(unsigned int cpu)
{
	char level[16], list[4096];
	long best_level = 0, llc = -1;

	for (unsigned int i = 0;
	     read_cpu_file(cpu, i, "level", level, sizeof(level)); i++) {
		if (strtol(level, NULL, 10) < best_level)
			continue;
		if (!read_cpu_file(cpu, i, "shared_cpu_list", list,
				   sizeof(list)))
			continue;
		best_level = strtol(level, NULL, 10);
		llc = strtol(list, NULL, 10);
	}
	return llc;
}

/* One queue per last-level cache, numbered in the order of their CPUs. */
static int assign_queues(struct scx_mini *skel, unsigned int cpus)
{
	long llc_of_queue[MAX_QUEUES];
	unsigned int queues = 0;

	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		long llc = llc_of_cpu(cpu);
		unsigned int q = 0;

		/* An offline CPU. When it comes, the kernel makes us restart.
		 */
		if (llc < 0 && cpu > 0)
			continue;
		while (q < queues && llc_of_queue[q] != llc)
			q++;
		if (llc < 0 || q == MAX_QUEUES) {
			fprintf(stderr, "scx_mini: --per-llc: %s\n",
				llc < 0 ? "no caches in sysfs"
					: "more than 256 caches");
			return -1;
		}
		if (q == queues)
			llc_of_queue[queues++] = llc;
		skel->rodata->cpu_queue[cpu] = q;
	}
	skel->rodata->queue_count = queues;
	return 0;
}

/* The kernel refuses us if a CPU came or went since this number was read. */
static void set_hotplug_seq(struct scx_mini *skel)
{
	FILE *f = fopen("/sys/kernel/sched_ext/hotplug_seq", "re");
	unsigned long long seq;

	if (!f)
		return;
	if (fscanf(f, "%llu", &seq) == 1)
		skel->struct_ops.mini_ops->hotplug_seq = seq;
	fclose(f);
}

static struct scx_mini *load(const struct options *opt)
{
	struct scx_mini *skel = scx_mini__open();
	int cpus = libbpf_num_possible_cpus();

	if (!skel || cpus < 1 || cpus > MAX_CPUS) {
		fprintf(stderr, "scx_mini: cannot start on %d CPUs: %s\n", cpus,
			skel ? "1 to 512 are supported" : strerror(errno));
		goto failed;
	}
	set_hotplug_seq(skel);
	skel->rodata->slice_ns = opt->slice_us * 1000ULL;
	if (opt->per_llc && assign_queues(skel, (unsigned int)cpus))
		goto failed;
	if (scx_mini__load(skel)) {
		fprintf(stderr, "scx_mini: cannot load: %s\n", strerror(errno));
		goto failed;
	}
	printf("scx_mini: %d CPUs, %u queues, slice %u us\n", cpus,
	       skel->rodata->queue_count, opt->slice_us);
	fflush(stdout);
	return skel;

failed:
	scx_mini__destroy(skel);
	return NULL;
}

static void print_counts(const struct scx_mini *skel)
{
	struct mini_counts sum = { 0 };

	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++) {
		sum.direct += skel->bss->counts[cpu].direct;
		sum.queued += skel->bss->counts[cpu].queued;
		sum.stolen += skel->bss->counts[cpu].stolen;
	}
	printf("scx_mini: direct %llu, queued %llu, stolen %llu\n", sum.direct,
	       sum.queued, sum.stolen);
	fflush(stdout);
}

/* Say why we ended. It is a failure unless we let go ourselves. */
static int judge(const struct exit_report *report)
{
	if (report->kind == EXIT_UNREG)
		return RUN_DONE;
	fprintf(stderr, "scx_mini: the kernel ended the scheduler: %s%s%s\n",
		report->reason, report->message[0] ? ": " : "",
		report->message);
	return report->code & CODE_ACT_RESTART ? RUN_AGAIN : RUN_FAILED;
}

static int run(const struct options *opt, const sigset_t *stop)
{
	const struct timespec tick = { .tv_nsec = 100000000 };
	struct scx_mini *skel = load(opt);
	struct bpf_link *link;
	int status = RUN_FAILED;

	if (!skel)
		return RUN_FAILED;
	link = bpf_map__attach_struct_ops(skel->maps.mini_ops);
	if (!link) {
		fprintf(stderr, "scx_mini: cannot attach: %s\n",
			strerror(errno));
		if (skel->bss->exit_report.kind)
			judge(&skel->bss->exit_report);
		goto out;
	}
	/* From here on we only wait: for a signal, or for the kernel. */
	while (sigtimedwait(stop, NULL, &tick) < 0)
		if (__atomic_load_n(&skel->bss->exit_report.kind,
				    __ATOMIC_ACQUIRE))
			break;
	/* The link is the scheduler's life: also when we are killed. */
	bpf_link__destroy(link);
	if (opt->verbose)
		print_counts(skel);
	status = judge(&skel->bss->exit_report);
out:
	scx_mini__destroy(skel);
	return status;
}

static void print_help(void)
{
	fputs("usage: scx_mini [--per-llc] [--slice-us N] [-v]\n"
	      "\n"
	      "Schedule all tasks fairly by virtual time, until SIGINT or "
	      "SIGTERM.\n"
	      "\n"
	      "      --per-llc     one queue per last-level cache\n"
	      "      --slice-us N  let a task of nice 0 run for N us at most, "
	      "100 to\n"
	      "                    1000000 (default 5000)\n"
	      "  -v, --verbose     libbpf's messages, and counts at the end\n"
	      "  -h, --help        show this help\n"
	      "\n"
	      "Exit status: 0 stopped by a signal, 1 not loaded or ended by the "
	      "kernel,\n"
	      "2 wrong command line.\n",
	      stdout);
}

/* Read the command line. Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *ret)
{
	static const struct option longs[] = {
		{ "per-llc", no_argument, NULL, 'l' },
		{ "slice-us", required_argument, NULL, 's' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	unsigned long us;
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "vh", longs, NULL)) != -1) {
		switch (c) {
		case 'l':
			ret->per_llc = true;
			break;
		case 's':
			us = strtoul(optarg, &end, 10);
			if (end == optarg || *end || us < 100 || us > 1000000) {
				fprintf(stderr,
					"scx_mini: --slice-us: '%s' is not a "
					"number from 100 to 1000000\n",
					optarg);
				return 2;
			}
			ret->slice_us = (unsigned int)us;
			break;
		case 'v':
			ret->verbose = true;
			break;
		case 'h':
			print_help();
			return 0;
		default:
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "scx_mini: unexpected '%s'\n", argv[optind]);
		return 2;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct options opt = { .slice_us = 5000 };
	int status = parse_options(argc, argv, &opt);
	sigset_t stop;

	if (status >= 0)
		return status;
	verbose = opt.verbose;
	libbpf_set_print(print_libbpf);

	/* Blocked, so that only sigtimedwait() sees them: no handler, no race.
	 */
	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);

	do
		status = run(&opt, &stop);
	while (status == RUN_AGAIN);
	return status == RUN_DONE ? 0 : 1;
}
