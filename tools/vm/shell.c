/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shell.c - "ktstr-vm shell": a machine to look around in. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/program.h"
#include "tools/lib/spec/presets.h"
#include "tools/lib/words.h"
#include "tools/vm/exec.h"
#include "tools/vm/host.h"
#include "tools/vm/include.h"
#include "tools/vm/terminal.h"
#include "tools/vm/variant.h"
#include "vmm/console.h"

#define LOG_LINES 1000
#define ATTACH_NS (120 * UINT64_C(1000000000))
#define TERM_CHARS                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._"

/* Put into order by exit(), whoever calls it. */
static struct terminal terminal;

static void end_terminal(void)
{
	terminal_end(&terminal, TERMINAL_LAST_MS, -1);
}

static void choose_topology(const struct request *req, const struct sched *s,
			    struct topology *ret)
{
	const struct preset *preset;
	struct why why;

	*ret = s->has_topology ? s->topology : topology_default;
	if (req->preset && req->topology)
		die(EX_USAGE,
		    "--preset '%s' and --topology '%s' are two "
		    "machines",
		    req->preset, req->topology);
	if (req->preset) {
		preset = preset_find(req->preset);
		if (!preset)
			die(EX_USAGE, "no preset is named '%s'", req->preset);
		if (preset->skip)
			die(EX_SKIP, "preset '%s': %s", preset->name,
			    preset->skip);
		if (topology_parse(preset->text, ret, &why) < 0)
			die(EX_BROKEN, "%s", why.text);
	}
	if (req->topology && topology_parse(req->topology, ret, &why) < 0)
		die(why_code(why.error, EX_USAGE), "--topology: %s", why.text);
}

/* The scheduler that is in charge while the shell runs, if any, and what it
 * wants of the guest. */
static void read_scheduler(const struct request *req, struct variant *v)
{
	struct why why;

	*v = (struct variant){ .preset = "host" };
	v->has_sched = req->sched && strcmp(req->sched, "none") != 0;
	if (!v->has_sched) {
		if (req->profile)
			die(EX_USAGE, "--profile is of a scheduler: name it "
				      "with --sched");
		return;
	}
	variant_read_sched(req->sched, &v->sched);
	if (profile_parse(&v->sched, req->profile ? req->profile : "default",
			  &v->profile, &why) < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	if (profile_args(&v->sched, NULL, &v->profile, &v->args) < 0)
		die(EX_BROKEN, "out of memory");
	variant_read_guest(v);
}

static void fill_scheduler(const struct variant *v, struct job *job)
{
	bool loads = variant_loads(v);

	job->scheduler = loads ? v->sched.binary : NULL;
	job->args = loads ? v->args : NULL;
	job->sysctl = v->sysctl;
	job->enable = v->enable;
	job->disable = v->disable;
	job->cgroup_parent = v->sched.cgroup_parent;
}

/* Those of --include, and the scheduler's. */
static struct include *read_files(const struct request *req,
				  const struct variant *v, size_t *ret_count)
{
	struct include *all;
	size_t n = include_read(req->include, &all);

	all = reallocarray(all, n + v->include_count + 1, sizeof(*all));
	for (size_t i = 0; all && i < v->include_count; i++) {
		all[n].host = strdup(v->include[i].host);
		all[n].guest = strdup(v->include[i].guest);
		if (!all[n].host || !all[n++].guest)
			die(EX_BROKEN, "out of memory");
	}
	if (!all)
		die(EX_BROKEN, "out of memory");
	*ret_count = n;
	return all;
}

static bool is_term(const char *term)
{
	size_t len = term ? strlen(term) : 0;

	return len > 0 && len < 64 && strspn(term, TERM_CHARS) == len;
}

/* What the guest runs: PROGRAM of --shell, or busybox's shell. */
static void fill_shell(const struct request *req, struct job *job)
{
	static char box[] = "busybox", sh[] = "sh";
	char *const words[] = { box, sh, NULL };
	char *const theirs[] = { (char *)req->shell, NULL };
	struct request asked = *req;
	auto_free char *busybox = program_find("busybox");

	if (!req->shell && !busybox && why_is_system(-errno))
		die(EX_BROKEN, "cannot look for 'busybox': %m");
	if (!req->shell && !busybox)
		die(EX_SKIP, "there is no program 'busybox', which is the "
			     "guest's shell: install the package "
			     "busybox-static (busybox), or name another one "
			     "with --shell");
	asked.command = req->shell ? theirs : words;
	exec_fill_command(&asked, job);
	job->shell = isatty(STDIN_FILENO) ? JOB_SHELL_TTY : JOB_SHELL_PIPE;
	job->term = is_term(getenv("TERM")) ? getenv("TERM") : "dumb";
}

static void greet(const struct machine_config *c, const struct job *job)
{
	char shape[TOPOLOGY_TEXT_SIZE];

	if (job->shell != JOB_SHELL_TTY)
		return;
	topology_format(&c->topology, shape);
	note("%s with %u MiB, %s%s; Ctrl-A X ends it, Ctrl-A H shows the keys",
	     shape, c->memory_mib, job->scheduler ? "scheduler " : "",
	     job->scheduler ? job->scheduler : "the kernel's own scheduler");
}

/* Why the terminal's end was the machine's. Return: our exit code. */
static int tell_end(enum terminal_end how)
{
	switch (how) {
	case TERMINAL_HANGUP:
		(void)signal(SIGHUP, SIG_DFL);
		return EX_SIGNAL + SIGHUP;
	case TERMINAL_DAMAGED:
		warn("the guest wrote to its second serial port what is no "
		     "message of its shell; the machine was ended");
		return EX_BROKEN;
	case TERMINAL_OUTPUT:
		warn("cannot write to standard output; the machine was ended");
		return EX_BROKEN;
	case TERMINAL_KILLED:
		warn("the process that served the terminal was killed; the "
		     "machine was ended");
		return EX_BROKEN;
	case TERMINAL_TOLD:
	case TERMINAL_KEYS:
		break;
	}
	return EX_PASS;
}

/* How the scheduler ended before it was asked to, if it did. */
static const json_t *early_end(const struct facts *f)
{
	static const char *const events[] = { "exited", "not-attached",
					      "detached" };
	const json_t *found = NULL;

	for (size_t i = 0; !found && i < sizeof(events) / sizeof(events[0]);
	     i++)
		found = facts_scheduler(f, events[i]);
	return found;
}

/* Say so, and what the kernel said. */
static void tell_scheduler(const struct facts *f, const json_t *end)
{
	const char *status = facts_text(end, "status");

	warn("%s: %s%s%s%s",
	     f->exec ? "the scheduler did not stay in charge"
		     : "there is no shell without the scheduler",
	     facts_text(end, "why"), *status ? " (" : "", status,
	     *status ? ")" : "");
	for (size_t i = 0; i < json_array_size(f->kmsg); i++) {
		const char *text =
			facts_text(json_array_get(f->kmsg, i), "text");

		if (strncmp(text, "sched_ext:", 10) == 0)
			warn("the kernel said: %s", text);
	}
}

/* What the scheduler wrote; while it runs nobody wants it on the screen. */
static void show_log(const struct outcome *o)
{
	auto_str struct str text = { 0 };

	if (o->facts.log.len == 0 || msg_verbosity < 0)
		return;
	note("the scheduler's output:");
	console_tail(&text, o->facts.log.text, o->facts.log.len, LOG_LINES,
		     "  | ");
	fputs(str_text(&text), stderr);
}

static int run(const struct request *req, struct machine_config *c,
	       struct job *job, const char *init)
{
	struct outcome o = {
		.live = true,
		.dmesg = req->dmesg,
		.terminal = &terminal,
	};
	struct why why;
	int code;

	job->limits = request_limits(
		req, (struct limits_for){ 0, topology_cpus(&c->topology),
					  /* is_virtual */ false });
	/* Who waits can end it; a busy host must not. */
	job->limits.ns[PHASE_BOOT] = req->limits.ns[PHASE_BOOT];
	if (!req->limits.ns[PHASE_ATTACH])
		job->limits.ns[PHASE_ATTACH] = ATTACH_NS;
	if (!req->timeout_s)
		job->limits.host_s = LIMITS_HOST_MAX_S;
	greet(c, job);
	if (terminal_begin(&terminal, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	atexit(end_terminal);
	launch(c, job, init, job->limits.host_s, &o);
	if (o.terminal_ended)
		code = tell_end(o.terminal_how);
	else if (!o.facts.exec && early_end(&o.facts))
		code = EX_BROKEN;
	else
		code = exec_report(&o, c);
	if (early_end(&o.facts))
		tell_scheduler(&o.facts, early_end(&o.facts));
	show_log(&o);
	outcome_done(&o);
	return code;
}

int command_shell(const struct request *req)
{
	struct request asked = *req;
	struct machine_config c;
	struct include *include;
	auto_str struct str words = { 0 };
	struct topology t;
	struct variant v;

	if (req->has_clock && req->clock == CLOCK_VIRTUAL)
		die(EX_USAGE, "a shell needs the real clock: what is typed "
			      "reaches a machine that runs, and under the "
			      "virtual clock nothing may");
	asked.has_clock = true;
	asked.clock = CLOCK_REAL;
	asked.console = req->console || req->dmesg;
	read_scheduler(&asked, &v);
	choose_topology(&asked, &v.sched, &t);
	asked.append = variant_kernel_words(&v, req->append, &words);
	launch_configure(&asked, &t, 0, &c);
	struct job job = { .clock = c.clock, .seed = req->seed };
	fill_scheduler(&v, &job);
	include = read_files(req, &v, &job.include_count);
	job.include = include;
	fill_shell(&asked, &job);
	int code = EX_PASS;
	auto_free char *init = host_find_init(req);
	if (req->dry_run)
		launch_rehearse(&c, &job, init);
	else
		code = run(&asked, &c, &job, init);
	exec_job_done(&job, include);
	launch_done(&c);
	variant_done(&v);
	return code;
}
