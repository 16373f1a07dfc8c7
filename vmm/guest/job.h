/* SPDX-License-Identifier: GPL-2.0-or-later */
/* job.h - what this guest is to do: the files of the job archive. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/spec/test.h"
#include "tools/lib/why.h"
#include "vmm/limits.h"

enum job_shell { JOB_NO_SHELL, JOB_SHELL_TTY, JOB_SHELL_PIPE };

/**
 * struct job - the [job] section of "job", and the files beside it
 * @seed:      start of everything random
 * @virtual_clock: the machine counts instructions instead of time
 * @watchdog:  feed the ib700
 * @scheduler: path of the scheduler to load, NULL for none (EEVDF)
 * @args:      its arguments, NULL-terminated, NULL for none
 * @limit_ns:  of each phase; 0 is none
 * @exec:      command to run in place of a test, from "exec"; NULL for none
 * @shell:     @exec is a shell for a person, at a pseudo terminal or with pipes
 * @term:      its $TERM
 * @sysctl:    each "NAME=VALUE", to be set before anything runs
 * @enable, @disable: commands, quoted, that switch a scheduler in the kernel on
 *	       and off
 * @cgroup_parent: where the test's cgroups are, or NULL
 * @watchdog_ns: for ops.timeout_ms of the scheduler; 0: as it says
 * @cores: a check asks for cores that workers share; @test's own does not
 *count, since a declaration may have it, too
 * @trace_kib: keep a trace, with so much memory for each CPU; 0: none
 * @layout: what the monitor reads, text of mon_layout_write(); NULL: there is
 *no monitor
 * @repro: what functions are watched, text of repro_plan_write(); NULL: none
 * @name, @test: the test's name and content, when there is no @exec
 * @test_path: for messages about it
 */
struct job {
	uint64_t seed;
	bool virtual_clock, watchdog, cores;
	char *scheduler;
	char **args;
	uint64_t limit_ns[PHASES];
	char **exec;
	enum job_shell shell;
	char *term;
	char **sysctl, **enable, **disable;
	char *cgroup_parent;
	uint64_t watchdog_ns, trace_kib;
	char *layout, *repro, *name, *test_path;
	struct test test;
};

/**
 * job_read() - read the files
 * @folder: where they are, "/job" but in our tests
 * @ret:    always fit for job_done()
 *
 * Return: 0, -errno when a file cannot be read, or -EINVAL when one is wrong;
 * @reterr_why then holds the complaints.
 */
int job_read(const char *folder, struct job *ret, struct why *reterr_why);
void job_done(struct job *j);
