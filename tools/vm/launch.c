/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/why.h"
#include "tools/lib/words.h"
#include "tools/vm/ask.h"
#include "tools/vm/clone.h"
#include "tools/vm/environment.h"
#include "tools/vm/gate.h"
#include "tools/vm/host.h"
#include "tools/vm/kvm-stats.h"
#include "tools/vm/live.h"
#include "tools/vm/pump.h"
#include "tools/vm/qemu.h"
#include "tools/vm/region.h"
#include "tools/vm/signals.h"
#include "tools/vm/template.h"
#include "tools/vm/threads.h"
#include "vmm/memory.h"
#include "vmm/perf.h"
#include "vmm/tsc.h"
#include "vmm/wire.h"

/* What QEMU may write to its console. */
#define PORT_BYTES_MAX (16U << 20)

/* Memory that is asked for beside what the topology gives each node. */
static void check_wish(const struct request *req, const struct topology *t,
		       unsigned int want_mib)
{
	unsigned int declared = memory_declared(t);

	if (!declared)
		return;
	if (req->memory_mib > declared)
		die(EX_USAGE,
		    "--memory %u: the topology gives the machine %u MiB, node "
		    "by node",
		    req->memory_mib, declared);
	if (!req->memory_mib && want_mib > declared)
		die(EX_USAGE,
		    "the test asks for %u MiB of memory: the topology gives "
		    "the machine %u, node by node",
		    want_mib, declared);
}

static struct boot_limit boot_limit_of(const struct request *req,
				       const struct machine_config *c)
{
	unsigned int cpus = topology_cpus(&c->topology);
	bool is_virtual = c->clock == CLOCK_VIRTUAL;
	struct limits l =
		request_limits(req, (struct limits_for){ 0, cpus, is_virtual });

	return boot_limit_derive(l.ns[PHASE_BOOT], cpus, is_virtual);
}

void launch_configure(const struct request *req, const struct topology *t,
		      unsigned int want_mib, struct machine_config *ret)
{
	struct machine_config c = {
		.qemu = req->qemu ? req->qemu : "qemu-system-x86_64",
		MACHINE_NO_FILES,
		.append = req->append,
		.topology = *t,
		.console_level = req->console ? 8 : 5,
		.port_bytes_max = PORT_BYTES_MAX,
	};
	auto_words char **argv = NULL;
	struct why why;

	environment_check();
	check_wish(req, t, want_mib);
	host_choose_clock(req, &c);
	threads_choose(req, &c);
	if (c.accel == ACCEL_TCG && c.clock == CLOCK_REAL)
		c.tsc_khz = tsc_khz();
	gate_open(&c);
	c.boot = boot_limit_of(req, &c);
	c.sandbox = qemu_has_sandbox(c.qemu);
	c.memory_mib =
		machine_memory(t, req->memory_mib ? req->memory_mib : want_mib);
	c.shift = req->shift >= 0 ? (unsigned int)req->shift : machine_shift(t);
	host_hold_kernel(req);
	c.kernel = host_find_image(req);
	int r = machine_argv(&c, &argv, &why);
	if (r < 0)
		die(why_code(r, EX_SKIP), "%s", why.text);
	ask_topology(&c);
	*ret = c;
}

void launch_done(struct machine_config *c)
{
	free((char *)c->kernel);
	c->kernel = NULL;
	if (c->kernel_fd > 0)
		cleanup_fd(&c->kernel_fd);
	cleanup_fd(&c->initrd_fd);
	if (c->perf)
		perf_done(c->perf);
	c->perf = NULL;
}

/*
 * A file without a name, in memory: no disk is full when QEMU writes, which it
 * would not say, and the file is gone when its last descriptor is.
 */
static int unnamed_file(void)
{
	int fd = memfd_create("ktstr-port", MFD_CLOEXEC);

	if (fd < 0)
		die(EX_BROKEN, "cannot make a memory file: %m");
	return fd;
}

static char *read_port(int fd, size_t *ret_len)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		die(EX_BROKEN, "cannot read the console's file: %m");
	size_t len = (size_t)st.st_size < PORT_BYTES_MAX ? (size_t)st.st_size
							 : PORT_BYTES_MAX;
	char *text = malloc(len + 1);
	if (!text)
		die(EX_BROKEN, "out of memory");
	for (size_t have = 0; have < len;) {
		ssize_t n = pread(fd, text + have, len - have, (off_t)have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die(EX_BROKEN, "cannot read the console's file: %m");
		have += (size_t)n;
	}
	text[len] = '\0';
	*ret_len = len;
	return text;
}

/* The console of a clone begins with that of its template. */
static void add_console(struct clone *start, struct outcome *o)
{
	auto_free char *before = take_ptr(start->console), *after = o->console;

	if (!before) {
		o->console = take_ptr(after);
		return;
	}
	o->console = malloc(start->console_len + o->console_len + 1);
	if (!o->console)
		die(EX_BROKEN, "out of memory");
	memcpy(o->console, before, start->console_len);
	memcpy(o->console + start->console_len, after, o->console_len + 1);
	o->console_len += start->console_len;
}

/* What is shown while the machine runs, besides a command's output. */
static void begin_live(struct live *l, const struct outcome *o,
		       struct machine_config *c, int console_fd)
{
	bool raw = o->terminal && o->terminal->is_tty && isatty(STDERR_FILENO);

	l->terminal = o->terminal;
	l->shows_dmesg = o->dmesg;
	l->dmesg = (struct dmesg){ .fd = console_fd, .raw = raw };
	if (o->terminal)
		c->tty_fd = o->terminal->port;
}

static void end_live(struct live *l, struct outcome *o, int stop_fd)
{
	live_end(l, stop_fd, o->machine.end == END_STOPPED && !l->ended);
	o->terminal_ended = l->ended;
	o->terminal_how = l->how;
}

/* Did the guest come to its job, or say why not? */
static bool came_to_its_job(const struct facts *f)
{
	bool any = f->complete || f->error;

	for (size_t i = 0; i < json_array_size(f->phase); i++)
		any |= strcmp(facts_text(json_array_get(f->phase, i), "name"),
			      phase_name(PHASE_BOOT)) != 0;
	return any;
}

static bool has_begun(void *facts)
{
	return came_to_its_job(facts);
}

/* Everything that looks at the machine while it runs. */
static void begin_attempt(struct machine_config *c, struct wire *wire,
			  struct live *live, struct pump *pump,
			  struct outcome *o)
{
	c->job_fd = wire->job_fd;
	c->channel_fd = wire->channel_fd;
	if (facts_begin(&o->facts) < 0)
		die(EX_BROKEN, "out of memory");
	o->facts.traced = o->traced;
	pump_begin(pump, wire, o->live, &o->facts);
	live->pump = pump;
	live->phases = &o->phases;
	phases_begin(&o->phases);
	c->tick = live_tick;
	c->tick_arg = live;
	c->tick_fd = pump->events;
	c->begun = has_begun;
	c->begun_arg = &o->facts;
	begin_live(live, o, c, c->console_fd);
}

/* One machine, from its start to what came out of it. */
static void attempt(struct clone *start, struct wire *wire, struct outcome *o)
{
	struct machine_config *c = start->c;
	auto_fd int console_fd = unnamed_file();
	struct live live = { 0 };
	struct kvm_stats kvm;
	struct outside outside;
	struct pump pump;
	struct why why;

	c->console_fd = console_fd;
	begin_attempt(c, wire, &live, &pump, o);
	outside_begin(&outside, o->layout, c, &o->facts);
	live.outside = &outside;
	kvm_stats_begin(&kvm, c, &o->facts);
	int r = clone_run(start, &o->machine, &why);
	o->kvm = kvm_stats_end(&kvm, c);
	outside_end(&outside);
	end_live(&live, o, start->stop_fd);
	if (r == -EINTR && !start->signal)
		signals_die(start->stop_fd);
	if (r == -EINTR)
		signals_die_of(start->signal);
	if (r == -ENOENT)
		die(EX_SKIP, "%s (install QEMU: make deps)", why.text);
	if (r < 0)
		die(EX_BROKEN, "%s", why.text);
	gate_check(c, &o->machine);
	if (o->machine.end == END_STOPPED && !live.ended)
		signals_die_of(o->machine.status);
	o->console = read_port(console_fd, &o->console_len);
	add_console(start, o);
	if (!pump_end(&pump, start->stop_fd))
		signals_die(start->stop_fd);
	o->channel_len = pump.channel.len;
	o->channel = str_take(&pump.channel);
	pump_done(&pump);
	phases_note(&o->phases, &o->facts);
	facts_end(&o->facts);
}

/* What a clone does before its job begins is all the template's: one that did
 * not come that far boots, and if that works its template was no good. */
static void boot_instead(struct clone *start, struct wire *wire,
			 struct outcome *o)
{
	struct outcome asked = { .live = o->live,
				 .cold = true,
				 .dmesg = o->dmesg,
				 .traced = o->traced,
				 .layout = o->layout,
				 .terminal = o->terminal };
	struct why why;

	warn("the machine from template '%s' ended before its job began; it "
	     "boots without it",
	     start->template.path);
	outcome_done(o);
	*o = asked;
	if (wire_renew_channel(wire, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	start->cold = true;
	attempt(start, wire, o);
	if (came_to_its_job(&o->facts) && clone_reject(start, &why) < 0)
		warn("%s", why.text);
}

/* A clone that stood still until the host's limit is not tried again: its time
 * is up. */
static void judge_clone(struct clone *start, struct wire *wire,
			struct outcome *o)
{
	enum machine_end end = o->machine.end;
	struct why why;

	if (!o->machine.times.cloned || came_to_its_job(&o->facts))
		return;
	if (end == END_EXIT || end == END_PANICKED || end == END_REFUSED ||
	    end == END_HUNG)
		boot_instead(start, wire, o);
	else if (end == END_TIMEOUT && clone_reject(start, &why) == 0)
		warn("the machine from template '%s' did not come to its job; "
		     "the next run makes it anew",
		     start->template.path);
}

void launch(struct machine_config *c, const struct job *job, const char *init,
	    unsigned int timeout_s, struct outcome *o)
{
	struct clone start = CLONE_OF(c, timeout_s);
	auto_wire struct wire wire;
	struct why why;

	*o = (struct outcome){ .live = o->live,
			       .cold = o->cold,
			       .dmesg = o->dmesg,
			       .traced = o->traced,
			       .layout = o->layout,
			       .terminal = o->terminal };
	if (wire_open(&wire, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	uint64_t files = region_fill(&wire, job, timeout_s, o->live);
	boot_limit_add_files(&c->boot, files);
	launch_load(c, init, files);
	start.stop_fd = signals_watch();
	threads_tell(c);
	if (c->perf) {
		perf_take_memory(c);
		c->before = perf_place;
		c->before_arg = c->perf;
	}
	start.cold = o->cold;
	attempt(&start, &wire, o);
	judge_clone(&start, &wire, o);
	clone_done(&start);
	signals_end(start.stop_fd);
}

void outcome_done(struct outcome *o)
{
	machine_result_done(&o->machine);
	free(o->console);
	free(o->channel);
	facts_done(&o->facts);
	json_decref(o->kvm);
	*o = (struct outcome){ 0 };
}
