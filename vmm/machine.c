/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.c - start QEMU, lead it to its end, and never leave it behind. */
#include "vmm/machine.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/words.h"
#include "vmm/machine-parts.h"
#include "vmm/process.h"
#include "vmm/state.h"

static unsigned int left_ms(const struct vigil *v)
{
	double left = v->end - machine_now();

	return left > 0 ? (unsigned int)(left * 1000) + 1 : 0;
}

static int await(struct vigil *v, struct why *reterr_why);

static void finish_by_signal(struct vigil *v)
{
	struct signalfd_siginfo info = { 0 };

	(void)!read(v->stop_fd, &info, sizeof(info));
	machine_finish(v, END_STOPPED, (int)info.ssi_signo);
}

/*
 * What a failed talk with QEMU means for the machine. 0: it is over or about to
 * end, the usual way tells how. Else @error, as it is.
 */
static int judge_talk(struct vigil *v, int error)
{
	if (error == -EINTR)
		finish_by_signal(v);
	else if (error == -ETIME)
		machine_finish(v, END_TIMEOUT, 0);
	else if (error != -EPIPE)
		return error;
	return 0;
}

static int go_on(struct vigil *v, struct why *reterr_why)
{
	return qmp_command(&v->qmp, "cont", NULL, left_ms(v), NULL, reterr_why);
}

/* It stands still where the job begins to matter. */
static int be_ready(struct vigil *v, struct why *reterr_why)
{
	int r = 0;

	v->is_ready = true;
	v->result->times.ready = machine_now() - v->begin;
	v->ready_cpu_s = boot_limit_cpu_s(v->pid);
	/* A booted machine may have stopped itself by the watchdog; from now on
	 * that means a hang. */
	if (v->c.state_fd < 0)
		r = qmp_command(&v->qmp, "set-action",
				json_pack("{s:s}", "watchdog", "inject-nmi"),
				left_ms(v), NULL, reterr_why);
	if (r == 0 && v->c.ready)
		r = v->c.ready(v->c.ready_arg, &v->qmp, reterr_why);
	if (r == 1) {
		machine_finish(v, END_READY, 0);
		return 0;
	}
	if (r == 0 && v->c.debug)
		return v->c.debug->begin(v->c.debug->arg, reterr_why);
	return r < 0 ? r : go_on(v, reterr_why);
}

/*
 * A QEMU that cannot load a state ends, or says so: -ESTALE. One that was
 * killed meanwhile says nothing about the state: then it is over.
 */
static int judge_load(struct vigil *v, int error)
{
	siginfo_t info = { 0 };
	struct why ignored;

	if (error == -EREMOTEIO)
		return -ESTALE;
	if (error != -EPIPE)
		return error;
	int r = await(v, &ignored);
	if (r < 0 || v->result->end != END_EXIT)
		return r;
	if (waitid(P_PID, (id_t)v->pid, &info, WEXITED | WNOWAIT) < 0)
		return -errno;
	return info.si_code == CLD_EXITED ? -ESTALE : 0;
}

/* From QEMU's start to the guest's first instruction, or the first of a clone.
 */
static int set_off(struct vigil *v, int fd, struct why *reterr_why)
{
	int r = qmp_begin(&v->qmp, fd, v->stop_fd, left_ms(v), reterr_why);

	v->result->times.monitor = machine_now() - v->begin;
	/* Before it answers, libraries may be about to be loaded. */
	v->result->gated =
		v->c.gate_fd && (r < 0 || process_has_loaded(v->pid, "gate"));
	if (v->c.state_fd >= 0) {
		if (r == 0)
			r = state_load(&v->qmp, v->c.state_fd, left_ms(v),
				       reterr_why);
		r = judge_load(v, r);
	}
	if (r == 0 && v->over)
		return 0;
	if (r == 0 && v->c.before)
		r = v->c.before(v->c.before_arg, &v->qmp, v->pid, reterr_why);
	if (r < 0)
		return r;
	if (v->c.state_fd < 0)
		return go_on(v, reterr_why);
	v->result->times.cloned = true;
	return be_ready(v, reterr_why);
}

/* QEMU has said something, or closed its monitor. */
static int hear(struct vigil *v, struct why *reterr_why)
{
	int r = qmp_pump(&v->qmp);
	bool stopped = machine_keep_events(v);

	if (r < 0) {
		/* It has ended, or will: its process tells. */
		close(v->qmp.fd);
		v->qmp.fd = -1;
		return 0;
	}
	if (stopped && v->is_ready)
		machine_finish(v, END_PANICKED, 0);
	else if (stopped)
		return judge_talk(v, be_ready(v, reterr_why));
	return 0;
}

/* Is it to be watched for a hang, and has it hung? The guest does so itself
 * when its job has begun. */
static bool has_hung(struct vigil *v)
{
	const struct boot_limit *b = &v->c.boot;

	if (!v->is_ready)
		return boot_limit_reached(b, machine_now() - v->begin, v->pid);
	v->begun |= v->c.debug || !v->c.begun || v->c.begun(v->c.begun_arg);
	return !v->begun && boot_limit_job_reached(b, v->ready_cpu_s, v->pid);
}

/* Wait for something to happen, at most as long as we may be away. */
static int wait_for_news(struct vigil *v, int pid_fd, struct why *reterr_why)
{
	struct machine_debug *debug = v->is_ready ? v->c.debug : NULL;
	struct pollfd p[5] = { { pid_fd, POLLIN, 0 },
			       { v->stop_fd, POLLIN, 0 },
			       { v->qmp.fd, POLLIN, 0 },
			       { v->c.tick ? v->c.tick_fd : -1, POLLIN, 0 },
			       { debug ? debug->wait_fd : -1, POLLIN, 0 } };
	double left = debug && debug->patient ? 1 : v->end - machine_now();

	if (left <= 0 || machine_is_beyond_help(v)) {
		machine_finish(v, END_TIMEOUT, 0);
		return 0;
	}
	if (v->c.clock == CLOCK_REAL) {
		noise_sample(&v->result->noise, v->pid, v->is_ready);
		if (left > NOISE_INTERVAL_S)
			left = NOISE_INTERVAL_S;
	}
	if (v->c.tick) {
		int next_ms = v->c.tick(v->c.tick_arg);

		if (next_ms == 0) {
			machine_finish(v, END_REFUSED, 0);
			return 0;
		}
		if (left > next_ms / 1e3)
			left = next_ms / 1e3;
	}
	/* What QEMU said meanwhile wakes nobody any more. */
	if (v->c.clock == CLOCK_REAL && v->c.talk && v->qmp.fd >= 0 &&
	    v->c.talk(v->c.talk_arg, &v->qmp))
		return hear(v, reterr_why);
	/* After the look at what the guest said. */
	if (has_hung(v)) {
		machine_finish(v, END_HUNG, 0);
		return 0;
	}
	if (!v->begun && left > 1)
		left = 1;
	if (poll(p, 5, (int)(left * 1000) + 1) < 0)
		return errno == EINTR ? 0
				      : why_set(reterr_why, -errno,
						"cannot wait for QEMU: %s",
						strerror(errno));
	if (p[1].revents)
		finish_by_signal(v);
	else if (p[0].revents)
		machine_finish(v, END_EXIT, 0);
	else if (p[2].revents)
		return hear(v, reterr_why);
	else if (p[4].revents)
		return machine_hear_debugger(v, debug, reterr_why);
	return 0;
}

/* Nothing that is done meanwhile reaches QEMU, whose virtual clock must not
 * notice us. */
static int await(struct vigil *v, struct why *reterr_why)
{
	auto_fd int fd = pidfd_open(v->pid, 0);
	int r = 0;

	if (fd < 0)
		return why_set(reterr_why, -errno, "cannot watch a process: %s",
			       strerror(errno));
	while (r == 0 && !v->over)
		r = wait_for_news(v, fd, reterr_why);
	return r;
}

/* End QEMU if it has not ended, and learn how it did. */
static void reap(struct vigil *v)
{
	struct machine_result *result = v->result;
	int status = 0;

	if (!v->over || result->end != END_EXIT)
		(void)kill(v->pid, SIGKILL);
	while (waitpid(v->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (v->qmp.fd >= 0) {
		(void)qmp_pump(&v->qmp);
		machine_keep_events(v);
	}
	if (result->end != END_EXIT)
		return;
	if (WIFSIGNALED(status)) {
		result->end = END_SIGNAL;
		result->status = WTERMSIG(status);
	} else {
		result->status = WEXITSTATUS(status);
	}
}

/* Start QEMU with its end of the monitor; @ret_fd is ours. */
static int start(struct vigil *v, const cpu_set_t *cpus, int errors,
		 int *ret_fd, struct why *reterr_why)
{
	auto_words char **argv = NULL;
	auto_fd int ours = -1, theirs = -1;
	int r = qmp_pair(&ours, &theirs, reterr_why);

	if (r < 0)
		return r;
	v->c.qmp_fd = theirs;
	r = machine_argv(&v->c, &argv, reterr_why);
	if (r < 0)
		return r;
	v->begin = machine_now();
	r = process_start(&v->c, argv, cpus, errors, &v->pid, reterr_why);
	if (r == 0)
		*ret_fd = take_fd(ours);
	return r;
}

int machine_run(const struct machine_config *c, const char *cpus,
		unsigned int timeout_s, int stop_fd, struct machine_result *ret,
		struct why *reterr_why)
{
	struct vigil v = { .c = *c, .result = ret, .qmp = QMP_NONE };
	cpu_set_t set;
	size_t at = 0;
	int r, fd = -1;

	*ret = (struct machine_result){ .port_bytes_max = c->port_bytes_max };
	v.stop_fd = stop_fd;
	if (cpus && (cpulist_parse(cpus, &set, &at) < 0 || !CPU_COUNT(&set)))
		return why_set(reterr_why, -EINVAL,
			       "'%s' is not a list of CPUs", cpus);
	auto_fd int errors = memfd_create("qemu-errors", MFD_CLOEXEC);
	ret->events = json_array();
	if (errors < 0 || !ret->events)
		return why_set(reterr_why, -ENOMEM,
			       "cannot make a memory file: %s",
			       strerror(errno));
	r = start(&v, cpus ? &set : NULL, errors, &fd, reterr_why);
	if (r == 0) {
		v.end = v.begin + timeout_s + (c->debug ? c->debug->more_s : 0);
		r = judge_talk(&v, set_off(&v, fd, reterr_why));
		if (r == 0)
			r = await(&v, reterr_why);
		reap(&v);
	}
	ret->seconds = machine_now() - v.begin;
	ret->errors = process_errors(errors);
	qmp_done(&v.qmp);
	if (r == -ESTALE && ret->errors)
		(void)why_set(reterr_why, r, "QEMU says '%.*s'",
			      (int)strcspn(ret->errors, "\n"), ret->errors);
	if (r < 0)
		machine_result_done(ret);
	return r;
}

void machine_result_done(struct machine_result *r)
{
	free(r->errors);
	json_decref(r->events);
	r->errors = NULL;
	r->events = NULL;
}
