/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv.c - from a machine's description to QEMU's command line. */
#include "vmm/argv.h"

#include <errno.h>
#include <stdio.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "tools/lib/words.h"
#include "vmm/confine.h"
#include "vmm/machine.h"

/* Add a file that QEMU inherits, or a name that a dry run shows for it. */
static void add_inherited(struct argv *a, const char *prefix, int fd,
			  const char *shown)
{
	if (fd >= 0)
		argv_addf(a, "%s/proc/self/fd/%d", prefix, fd);
	else
		argv_addf(a, "%s%s", prefix, shown);
}

static void add_clock(struct argv *a, const struct machine_config *c)
{
	argv_add(a, "-accel");
	if (c->accel == ACCEL_KVM) {
		argv_add(a, "kvm");
		/*
		 * It helps Windows XP alone, and makes QEMU read and write a
		 * CPU's registers in the middle of its boot. A KVM that itself
		 * runs under TCG then refuses I/O ports to user space for ever,
		 * because the task register comes back as "busy".
		 */
		argv_add(a, "-global");
		argv_add(a, "kvm-apic.vapic=off");
	} else if (c->clock == CLOCK_REAL) {
		argv_addf(a, "tcg,thread=%s",
			  c->one_thread ? "single" : "multi");
	} else {
		/*
		 * When QEMU's buffer of translated code is full, all CPUs lose
		 * their turns. Its default depends on the host's memory; a boot
		 * and a test fill some 40 MiB.
		 */
		argv_add(a, "tcg,thread=single,tb-size=512");
		argv_add(a, "-icount");
		argv_addf(a, "shift=%u,sleep=off", c->shift);
		/* The RTC counts the guest's time from a fixed date. */
		argv_add(a, "-rtc");
		argv_add(a, "base=2000-01-01,clock=vm");
		argv_add(a, "-seed");
		argv_add(a, "1");
	}
}

/*
 * A machine that boots stops itself where its job begins to matter, by the
 * watchdog or by pvpanic (vmm/guest/ports.h); machine_run() then has the
 * watchdog send an NMI, as a clone's does at once. A dry run has nobody who
 * would tell it to go on, so it does not stop.
 */
static void add_monitor(struct argv *a, const struct machine_config *c)
{
	bool boots = c->qmp_fd >= 0 && c->state_fd < 0;

	argv_add(a, "-device");
	argv_add(a, "pvpanic");
	argv_add(a, "-action");
	argv_addf(a, "panic=%s,watchdog=%s", c->qmp_fd < 0 ? "none" : "pause",
		  boots ? "pause" : "inject-nmi");
	if (c->qmp_fd < 0)
		return;
	argv_add(a, "-S");
	argv_add(a, "-chardev");
	argv_addf(a, "socket,id=qmp,fd=%d", c->qmp_fd);
	argv_add(a, "-mon");
	argv_add(a, "chardev=qmp,mode=control");
	if (c->debug) {
		argv_add(a, "-chardev");
		argv_addf(a, "socket,id=gdb,fd=%d", c->debug->stub_fd);
		argv_add(a, "-gdb");
		argv_add(a, "chardev:gdb");
	}
	if (!boots) {
		argv_add(a, "-incoming");
		argv_add(a, "defer");
	}
}

/* Under the real clock the host's noise is read from threads by their names. */
static void add_names(struct argv *a, const struct machine_config *c)
{
	if (c->clock == CLOCK_REAL) {
		argv_add(a, "-name");
		argv_add(a, "ktstr,debug-threads=on");
	}
}

/*
 * lpj: no CPU measures its own delay loop, which takes seconds: with a counter
 * that is its ticks in a jiffy, of which HZ=250 has one in 4 ms. Under the
 * virtual clock the counter runs at 1 GHz.
 */
static void add_pace(struct str *line, const struct machine_config *c)
{
	if (c->accel == ACCEL_KVM)
		return;
	if (c->clock == CLOCK_VIRTUAL)
		str_add(line, " lpj=4000000");
	else if (c->tsc_khz)
		str_addf(line, " lpj=%u tsc_early_khz=%u", c->tsc_khz * 4,
			 c->tsc_khz);
}

static void add_kernel(struct argv *a, const struct machine_config *c)
{
	auto_str struct str line = { 0 };

	/*
	 * panic=-1 and reboot=t: a panic ends QEMU at once by a triple fault.
	 * unknown_nmi_panic: when the watchdog sees a hang it sends an NMI, and
	 * the panic shows where the guest was.
	 * tsc=reliable: no watchdog that compares two clocks, whose difference
	 * tells of the host and not of the guest.
	 * swiotlb=noforce: no device needs bounce buffers, for which the kernel
	 * would clear and keep 64 MiB, because the regions end above 4 GiB.
	 */
	str_addf(&line,
		 "console=ttyS0 loglevel=%u panic=-1 reboot=t rdinit=/init "
		 "no_timer_check numa_balancing=disable "
		 "sysctl.kernel.panic_on_oops=1 unknown_nmi_panic "
		 "tsc=reliable swiotlb=noforce",
		 c->console_level);
	add_pace(&line, c);
	/*
	 * ktstr_clock: init's environment has it. nokaslr: where a kernel of a
	 * distribution puts itself decides nothing then.
	 */
	if (c->clock == CLOCK_VIRTUAL && c->qmp_fd >= 0)
		str_add(&line, " nokaslr ktstr_clock=virtual");
	else if (c->one_thread)
		str_add(&line, " ktstr_clock=turns");
	argv_add_cpu_words(&line, c);
	if (c->append)
		str_addf(&line, " %s", c->append);
	if (c->kernel_fd > 0) {
		argv_add(a, "-kernel");
		add_inherited(a, "", c->kernel_fd, "");
	} else {
		argv_add_path(a, "-kernel", "", c->kernel);
	}
	argv_add(a, "-initrd");
	add_inherited(a, "", c->initrd_fd, "INITRD");
	argv_add(a, "-append");
	if (line.failed)
		a->failed = true;
	else
		argv_add(a, str_text(&line));
}

/* Behind the console's: the guest's second serial port. */
static void add_terminal(struct argv *a, const struct machine_config *c)
{
	if (c->tty_fd == 0)
		return;
	argv_add(a, "-chardev");
	argv_addf(a, "socket,id=tty,fd=%d", c->tty_fd);
	argv_add(a, "-serial");
	argv_add(a, "chardev:tty");
}

int machine_argv(const struct machine_config *c, char ***ret,
		 struct why *reterr_why)
{
	struct argv a = { 0 };

	argv_add(&a, c->qemu);
	argv_add_machine(&a, c);
	for (const char *const *word =
		     (const char *const[]){ "-nodefaults", "-no-user-config",
					    "-display", "none", "-no-reboot",
					    NULL };
	     *word; word++)
		argv_add(&a, *word);
	if (c->sandbox) {
		argv_add(&a, "-sandbox");
		argv_add(&a, CONFINE_SANDBOX);
	}
	add_monitor(&a, c);
	add_names(&a, c);
	add_clock(&a, c);
	argv_add_perf(&a, c);
	argv_add_topology(&a, c);
	add_kernel(&a, c);
	argv_add(&a, "-chardev");
	add_inherited(&a, "file,id=console,path=", c->console_fd,
		      "console.log");
	for (const char *const *word =
		     (const char *const[]){
			     "-serial", "chardev:console", "-device", "ib700",
			     "-device",
			     "isa-debug-exit,iobase=0xf4,iosize=0x04", NULL };
	     *word; word++)
		argv_add(&a, *word);
	add_terminal(&a, c);
	argv_add_wire(&a, c);
	if (a.failed) {
		words_free(a.words);
		return why_set(reterr_why, -ENOMEM, "out of memory");
	}
	*ret = a.words;
	return 0;
}

unsigned int machine_shift(const struct topology *t)
{
	unsigned int cpus = topology_cpus(t), shift = 3;

	if (cpus > 8)
		shift--;
	for (unsigned int fits = 64; fits < cpus && shift > 0; fits *= 2)
		shift--;
	return shift;
}
