/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/run.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "vmm/console.h"
#include "vmm/guest/born.h"
#include "vmm/guest/cgroup.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/clocksource.h"
#include "vmm/guest/dumps.h"
#include "vmm/guest/exec.h"
#include "vmm/guest/feeder.h"
#include "vmm/guest/ftrace.h"
#include "vmm/guest/job.h"
#include "vmm/guest/json.h"
#include "vmm/guest/machine.h"
#include "vmm/guest/monitor.h"
#include "vmm/guest/mounts.h"
#include "vmm/guest/ports.h"
#include "vmm/guest/regions.h"
#include "vmm/guest/repro.h"
#include "vmm/guest/scenario.h"
#include "vmm/guest/scheduler.h"
#include "vmm/guest/shell.h"
#include "vmm/guest/spawn.h"
#include "vmm/guest/steal.h"
#include "vmm/guest/switch.h"
#include "vmm/guest/turns.h"
#include "vmm/guest/unpack.h"
#include "vmm/guest/watch.h"
#include "vmm/sysctl.h"

/**
 * struct guest - all that lives as long as the guest
 * @regions: memory shared with the host
 * @born:       when init was started
 * @booted_ns:  when the job could be read, since the kernel's start
 * @has_ports, @no_ports: ports_init() went well, or why not
 */
struct guest {
	struct regions regions;
	struct channel channel;
	struct watch watch;
	struct job job;
	struct guest_machine machine;
	struct scheduler scheduler;
	struct monitor monitor;
	struct ftrace ftrace;
	struct repro repro;
	struct instant born;
	uint64_t booted_ns;
	bool has_ports;
	struct why no_ports;
};

/* Messages for a person; there is no /dev/console before devtmpfs. */
static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	for (int i = 0; fd >= 0 && i < 3; i++) {
		if (fd != i)
			dup2(fd, i);
	}
	if (fd > 2)
		close(fd);
}

static noreturn void end_machine(struct guest *g, unsigned int value)
{
	if (g->has_ports)
		ports_exit(value);
	/* No such device: the machine's own ways. */
	sync();
	reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

/* Nobody but the console can be told. */
static noreturn void give_up(struct guest *g, const struct why *why, int error)
{
	if (error == -ENOTSUP) {
		warn(CONSOLE_UNSUPPORTED "%s", why->text);
		end_machine(g, PORTS_EXIT_UNSUPPORTED);
	}
	warn("%s: %s", why->text, strerror(-error));
	end_machine(g, PORTS_EXIT_BROKEN);
}

/* What no job decides: nothing of one is looked at. */
static int set_up(struct guest *g, struct why *reterr_why)
{
	struct sched_param p = { .sched_priority = SPAWN_INIT_PRIORITY };
	int r = mounts_set_up(reterr_why);

	open_console();
	g->has_ports = ports_init(&g->no_ports) == 0;
	/* Above the scheduler under test, and above its real-time tasks. */
	if (r == 0 && sched_setscheduler(0, SCHED_FIFO, &p) < 0)
		return why_set(reterr_why, -errno,
			       "cannot get real-time "
			       "priority");
	if (r == 0)
		r = regions_find(&g->regions, reterr_why);
	return r;
}

/* Ports are needed by the watchdog alone; the rest has other ways. */
static int start_ports(struct guest *g, struct why *reterr_why)
{
	bool counted = g->job.virtual_clock;

	if (!g->has_ports && g->job.watchdog && counted)
		return why_set(reterr_why, -ENODEV, "no watchdog: %s",
			       g->no_ports.text);
	if (g->has_ports)
		turns_begin(g->job.seed);
	if (!g->job.watchdog || !g->has_ports)
		return 0;
	int r = feeder_start(
		(unsigned int)CPU_COUNT(&g->machine.machine.all),
		counted ? PORTS_WATCHDOG_SECONDS : PORTS_WATCHDOG_REAL_SECONDS,
		&g->watch.feeder_pid, &g->watch.feeder, reterr_why);
	if (r == 0)
		g->channel.heartbeat = &g->watch.feeder->heartbeat;
	return r;
}

static int read_machine(struct guest *g, struct why *reterr_why)
{
	auto_fd int root =
		open("/sys/devices/system", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct str out = { 0 };
	int r;

	if (root < 0)
		return why_set(reterr_why, -errno,
			       "cannot open '/sys/devices/system'");
	r = guest_machine_read(root, &g->machine, reterr_why);
	if (r < 0)
		return r;
	auto_fd int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = guest_machine_details(root, proc, &g->machine);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read the machine");
	guest_machine_frame(&g->machine, &out);
	return channel_send(&g->channel, &out);
}

/* With the scheduler in charge, if there is one. */
static int do_job(struct guest *g, bool ext, struct why *reterr_why)
{
	if (g->job.exec && g->job.shell)
		return shell_run(&g->watch, &g->job, reterr_why);
	if (g->job.exec)
		return exec_run(&g->watch, &g->regions, g->job.exec,
				g->job.seed, reterr_why);
	return scenario_run(&g->watch, &g->job.test, &g->machine.machine,
			    g->job.seed, ext, reterr_why);
}

/* A limit of the guest's time ran out: all that was seen is told, and that. */
static void end_late(struct watch *w)
{
	struct guest *g = w->late_arg;

	w->late_at = 0;
	for (int i = 0; i < WATCH_LOGS; i++)
		textlog_close(&w->log[i], w->channel);
	dumps_end(w);
	kmsg_close(&w->kmsg, w->channel);
	ftrace_end(&g->ftrace);
	repro_end(&g->repro);
	channel_send_error(w->channel, "time-limit",
			   "%s did not finish within %.1f s of the guest's "
			   "time; --limit sets it",
			   phase_name(w->phase),
			   (double)w->limit_ns / NS_PER_SEC);
	end_machine(g, channel_end(w->channel) == 0 ? PORTS_EXIT_DONE
						    : PORTS_EXIT_BROKEN);
}

/* How long the boot might take is known with the job only. */
static int check_boot(const struct guest *g, struct why *reterr_why)
{
	uint64_t limit = g->job.limit_ns[PHASE_BOOT];

	if (limit == 0 || g->booted_ns <= limit)
		return 0;
	return why_set(reterr_why, -ETIME,
		       "boot did not finish within %.1f s of the guest's time, "
		       "it took %.1f s; --limit sets it",
		       (double)limit / NS_PER_SEC,
		       (double)g->booted_ns / NS_PER_SEC);
}

/* The kernel's own scheduler, or one in it that commands switch on. */
static int run_under_kernel(struct guest *g, struct why *reterr_why)
{
	int r;

	if (g->job.enable) {
		watch_phase(&g->watch, PHASE_ATTACH,
			    g->job.limit_ns[PHASE_ATTACH]);
		r = switch_on(&g->watch, &g->job, reterr_why);
		if (r < 0)
			return r;
	}
	watch_phase(&g->watch, PHASE_RUN, g->job.limit_ns[PHASE_RUN]);
	r = do_job(g, false, reterr_why);
	watch_phase(&g->watch, PHASE_SHUTDOWN, g->job.limit_ns[PHASE_SHUTDOWN]);
	return r < 0 ? r : switch_off(&g->watch, &g->job, reterr_why);
}

static int run_under_scheduler(struct guest *g, struct why *reterr_why)
{
	const struct job *job = &g->job;
	int r = sysctl_set_all(job->sysctl, reterr_why);

	if (r == 0 && job->cgroup_parent)
		r = cgroup_set_root(job->cgroup_parent,
				    !job->test.no_cpu_controller, reterr_why);
	if (r < 0)
		return r;
	if (!job->scheduler)
		return run_under_kernel(g, reterr_why);
	/* It is waited for until its limit, and what is told then is better. */
	watch_phase(&g->watch, PHASE_ATTACH, 0);
	r = scheduler_start(&g->scheduler, &g->watch, &g->job, reterr_why);
	if (r < 0)
		return r;
	watch_phase(&g->watch, PHASE_RUN, g->job.limit_ns[PHASE_RUN]);
	/* A scheduler that has only tasks of policy SCHED_EXT tests nothing
	 * unless the workers have that policy. */
	if (r == 0)
		r = do_job(g, !g->scheduler.attached.switch_all, reterr_why);
	watch_phase(&g->watch, PHASE_SHUTDOWN, g->job.limit_ns[PHASE_SHUTDOWN]);
	scheduler_stop(&g->scheduler, &g->machine.machine);
	return r;
}

static const char *class_of(int error)
{
	switch (error) {
	case -ENOTSUP:
		return "unsupported";
	case -ENOSYS:
		return "kernel";
	case -EINVAL:
	case -ERANGE:
	case -ENOSPC:
		return "setup";
	case -ETIME:
		return "time-limit";
	case -ECONNREFUSED:
		return "refused";
	default:
		return "harness";
	}
}

static void begin_channel(struct guest *g)
{
	if (g->channel.header)
		return;
	channel_begin(&g->channel, g->regions.channel, WIRE_CHANNEL_BYTES);
	if (g->regions.job->flags & WIRE_CHANNEL_WRAPS)
		g->channel.control = g->regions.control;
}

/* The job's files, unpacked and read. */
static int take_job(struct guest *g, struct why *reterr_why)
{
	auto_fd int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct wire_job *job = g->regions.job;
	size_t len = job->archive_len;
	const char *archive;
	int r = regions_check(job, reterr_why);

	if (r < 0)
		return r;
	archive = regions_map_job(&g->regions, job->archive_at, len);
	if (root < 0 || !archive)
		return why_set(reterr_why, -errno, "cannot map the job");
	r = unpack(root, archive, len, reterr_why);
	regions_unmap(archive, len);
	return r < 0 ? r : job_read("/job", &g->job, reterr_why);
}

/* The kernel is up, and of what it does later nothing is kept. */
static int start_monitor(struct guest *g, struct why *reterr_why)
{
	int r;

	if (!g->job.layout)
		return 0;
	r = monitor_prepare(&g->monitor, g->job.layout, g->regions.mem,
			    &g->machine.machine, test_run_ns(&g->job.test),
			    reterr_why);
	if (r == 0)
		g->watch.monitor = &g->monitor;
	return r;
}

static int run_steps(struct guest *g, struct why *reterr_why)
{
	int r;

	r = watch_init(&g->watch, &g->channel);
	if (r < 0)
		return why_set(reterr_why, r, "cannot watch over children");
	g->watch.late = end_late;
	g->watch.late_arg = g;
	channel_send_hello(&g->channel);
	r = mounts_settings(reterr_why);
	if (r == 0)
		r = read_machine(g, reterr_why);
	if (r < 0)
		return r;
	clocksource_wait();
	r = turns_measure(&g->watch, &g->machine.machine,
			  g->has_ports ? NULL : &g->no_ports, reterr_why);
	if (r < 0)
		return r;
	g->booted_ns = clock_now_ns();
	/* Up to here nothing may depend on the job: see ports_ready(). */
	if (g->has_ports)
		ports_ready(turns_are_counted());
	begin_channel(g);
	born_send(&g->channel, &g->born, g->booted_ns);
	r = take_job(g, reterr_why);
	if (r == 0)
		r = check_boot(g, reterr_why);
	if (r == 0)
		r = start_ports(g, reterr_why);
	if (r == 0)
		r = start_monitor(g, reterr_why);
	if (r == 0)
		r = ftrace_begin(&g->ftrace, &g->watch, &g->machine.machine.all,
				 g->job.trace_kib, reterr_why);
	if (r == 0)
		r = repro_begin(&g->repro, &g->watch, g->job.repro, reterr_why);
	if (r < 0)
		return r;
	watch_phase(&g->watch, PHASE_RUN, g->job.limit_ns[PHASE_RUN]);
	uint64_t begin_ns = steal_ns();
	r = run_under_scheduler(g, reterr_why);
	return r < 0 || g->job.virtual_clock
		       ? r
		       : steal_send(&g->channel, begin_ns);
}

static void tell_failure(struct guest *g, int error, const struct why *why)
{
	const char *class = class_of(error);
	bool is_ours = strcmp(class, "harness") == 0;

	/* The other sentences are whole: they tell what to change. */
	warn("%s%s%s", why->text, is_ours ? ": " : "",
	     is_ours ? strerror(-error) : "");
	channel_send_error(&g->channel, class, "%s%s%s", why->text,
			   is_ours ? ": " : "",
			   is_ours ? strerror(-error) : "");
}

noreturn void run_guest(void)
{
	static struct guest g;
	struct why why = { .text = "" };
	int r;

	g.born = instant_now();
	r = set_up(&g, &why);

	if (r < 0)
		give_up(&g, &why, r);
	r = run_steps(&g, &why);
	begin_channel(&g);
	kmsg_close(&g.watch.kmsg, &g.channel);
	ftrace_end(&g.ftrace);
	repro_end(&g.repro);
	if (r < 0)
		tell_failure(&g, r, &why);
	if (channel_end(&g.channel) == 0)
		end_machine(&g, PORTS_EXIT_DONE);
	warn("cannot write to the channel: %s", strerror(-g.channel.error));
	end_machine(&g, PORTS_EXIT_BROKEN);
}
