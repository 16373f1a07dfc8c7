/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv.c - from a machine's description to QEMU's command line. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"
#include "vmm/machine.h"

/* Words that are added one by one; memory running out is asked for at the end.
 */
struct argv {
	char **words;
	bool failed;
};

static void add(struct argv *a, const char *word)
{
	if (words_append(&a->words, word) < 0)
		a->failed = true;
}

KTSTR_PRINTF(2, 3)
static void addf(struct argv *a, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text))
		a->failed = true;
	else
		add(a, text);
}

/* Add @option and a value whose path may hold commas, which QEMU doubles. */
static void add_path(struct argv *a, const char *option, const char *prefix,
		     const char *path)
{
	auto_str struct str value = { 0 };

	str_add(&value, prefix);
	for (; *path; path++) {
		str_add_bytes(&value, path, 1);
		if (*path == ',')
			str_add(&value, ",");
	}
	add(a, option);
	if (value.failed)
		a->failed = true;
	else
		add(a, str_text(&value));
}

/* Add a file that QEMU inherits, or a name that a dry run shows for it. */
static void add_inherited(struct argv *a, const char *prefix, int fd,
			  const char *shown)
{
	if (fd >= 0)
		addf(a, "%s/proc/self/fd/%d", prefix, fd);
	else
		addf(a, "%s%s", prefix, shown);
}

static unsigned int bits_for(unsigned int n)
{
	unsigned int bits = 0;

	while ((1U << bits) < n)
		bits++;
	return bits;
}

/*
 * The highest APIC id: each level of the topology takes whole bits, so ids
 * have gaps where a count is no power of two.
 */
static unsigned int highest_apic_id(const struct topology *t)
{
	unsigned int dies = t->llcs / t->nodes;
	unsigned int id = t->nodes - 1;

	id = id << bits_for(dies) | (dies - 1);
	id = id << bits_for(t->cores) | (t->cores - 1);
	return id << bits_for(t->threads) | (t->threads - 1);
}

/*
 * One socket per node, one die per last-level cache: QEMU's CPUs share the
 * level 3 cache within a die. The vendor must be Intel's: with AMD's, which TCG
 * takes by itself, QEMU describes neither dies nor threads to the guest.
 */
static void add_topology(struct argv *a, const struct machine_config *c)
{
	const struct topology *t = &c->topology;
	unsigned int cpus = topology_cpus(t), each = cpus / t->nodes;

	add(a, "-cpu");
	add(a, c->accel == ACCEL_KVM ? "host,host-cache-info=off"
				     : "max,vendor=GenuineIntel");
	add(a, "-smp");
	addf(a, "%u,sockets=%u,dies=%u,cores=%u,threads=%u", cpus, t->nodes,
	     t->llcs / t->nodes, t->cores, t->threads);
	add(a, "-m");
	addf(a, "%u", c->memory_mib);
	for (unsigned int n = 0; n < t->nodes; n++) {
		add(a, "-object");
		addf(a, "memory-backend-ram,id=ram%u,size=%uM", n,
		     c->memory_mib / t->nodes);
		add(a, "-numa");
		addf(a, "node,nodeid=%u,cpus=%u-%u,memdev=ram%u", n, n * each,
		     (n + 1) * each - 1, n);
	}
	for (unsigned int from = 0; from < t->nodes; from++) {
		for (unsigned int to = from + 1; to < t->nodes; to++) {
			add(a, "-numa");
			addf(a, "dist,src=%u,dst=%u,val=20", from, to);
		}
	}
}

static void add_clock(struct argv *a, const struct machine_config *c)
{
	add(a, "-accel");
	if (c->accel == ACCEL_KVM) {
		add(a, "kvm");
	} else if (c->clock == CLOCK_REAL) {
		add(a, "tcg,thread=multi");
	} else {
		add(a, "tcg,thread=single");
		add(a, "-icount");
		addf(a, "shift=%u,sleep=off", c->shift);
		/* The RTC counts the guest's time from a fixed date. */
		add(a, "-rtc");
		add(a, "base=2000-01-01,clock=vm");
		add(a, "-seed");
		add(a, "1");
	}
}

/* Under the real clock the host's noise is read from threads by their names. */
static void add_names(struct argv *a, const struct machine_config *c)
{
	if (c->clock == CLOCK_REAL) {
		add(a, "-name");
		add(a, "ktstr,debug-threads=on");
	}
}

static void add_kernel(struct argv *a, const struct machine_config *c)
{
	auto_str struct str line = { 0 };

	/*
	 * panic=-1 and reboot=t: a panic ends QEMU at once by a triple fault.
	 * unknown_nmi_panic: when the watchdog sees a hang it sends an NMI, and
	 * the panic shows where the guest was.
	 * lpj: no CPU measures its own delay loop, which takes seconds; under
	 * the virtual clock the TSC runs at 1 GHz, HZ is 250.
	 */
	str_addf(&line,
		 "console=ttyS0 loglevel=%u panic=-1 reboot=t rdinit=/init "
		 "no_timer_check numa_balancing=disable "
		 "sysctl.kernel.panic_on_oops=1 unknown_nmi_panic",
		 c->console_level);
	if (c->accel == ACCEL_TCG)
		str_addf(&line, " lpj=%u tsc=reliable",
			 c->clock == CLOCK_VIRTUAL ? 4000000 : 10384424);
	if (c->append)
		str_addf(&line, " %s", c->append);
	add_path(a, "-kernel", "", c->kernel);
	add(a, "-initrd");
	add_inherited(a, "", c->initrd_fd, "INITRD");
	add(a, "-append");
	if (line.failed)
		a->failed = true;
	else
		add(a, str_text(&line));
}

int machine_argv(const struct machine_config *c, char ***ret,
		 struct why *reterr_why)
{
	struct argv a = { 0 };
	unsigned int id = highest_apic_id(&c->topology);

	if (c->accel == ACCEL_TCG && id > 254)
		return why_set(reterr_why, -ENOTSUP,
			       "this machine needs APIC id %u; QEMU's TCG "
			       "stops at 254",
			       id);
	add(&a, c->qemu);
	for (const char *const *word =
		     (const char *const[]){ "-machine", "pc,usb=off,vmport=off",
					    "-nodefaults", "-no-user-config",
					    "-display", "none", "-no-reboot",
					    "-action", "watchdog=inject-nmi",
					    NULL };
	     *word; word++)
		add(&a, *word);
	add_names(&a, c);
	add_clock(&a, c);
	add_topology(&a, c);
	add_kernel(&a, c);
	add(&a, "-chardev");
	add_inherited(&a, "file,id=console,path=", c->console_fd,
		      "console.log");
	add(&a, "-chardev");
	add_inherited(&a, "file,id=channel,path=", c->channel_fd,
		      "channel.log");
	for (const char *const *word =
		     (const char *const[]){
			     "-serial", "chardev:console", "-serial",
			     "chardev:channel", "-device", "ib700", "-device",
			     "isa-debug-exit,iobase=0xf4,iosize=0x04", NULL };
	     *word; word++)
		add(&a, *word);
	if (a.failed) {
		words_free(a.words);
		return why_set(reterr_why, -ENOMEM, "out of memory");
	}
	*ret = a.words;
	return 0;
}

unsigned int machine_memory(const struct topology *t, unsigned int want_mib)
{
	unsigned int least = topology_cpus(t) * 32;
	unsigned int unit = 2 * t->nodes;
	unsigned int mib = want_mib;

	if (mib < 512)
		mib = 512;
	if (mib < least)
		mib = least;
	return (mib + unit - 1) / unit * unit;
}

unsigned int machine_shift(const struct topology *t)
{
	unsigned int cpus = topology_cpus(t), shift = 3;

	for (unsigned int fits = 8; fits < cpus && shift > 0; fits *= 2)
		shift--;
	return shift;
}
