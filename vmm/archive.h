/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * archive.h - what the guest finds when it starts: the init's archive and the
 * job's. They are files of their own, because they change at different times.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/why.h"
#include "vmm/limits.h"
#include "vmm/machine.h"
#include "vmm/pack.h"

/* Where the input of a shell comes from. */
enum job_shell { JOB_NO_SHELL, JOB_SHELL_TTY, JOB_SHELL_PIPE };

/**
 * struct job - what the guest is to do
 * @test_text, @test_name: the test, or NULL to run @command
 * @scheduler:   host path of its program, or NULL for the kernel's own
 * @args:        its arguments, NULL-terminated, or NULL
 * @command:     what to run in the guest: a program there and its arguments
 * @program:     host path of that program, which enters as @command[0]; NULL
 *		 when it is one of @include
 * @include:     files and folders of the host, @include_count of them
 * @input:       @command reads what our own standard input is
 * @shell:       @command is a shell for a person, see vmm/guest/shell.h
 * @term:        its $TERM: letters, digits, "+-._"; NULL without @shell
 * @limits:      of the phases, in the guest's time
 * @sysctl:      what to set before anything runs, each "NAME=VALUE", or NULL
 * @enable, @disable: commands that switch a scheduler in the kernel on and off,
 *		 as by profile_enable(); or NULL
 * @cgroup_parent: where the cgroups of the test are, or NULL for the root
 * @layout: what the monitor reads, text of mon_layout_write(); NULL: nothing
 * @repro: what functions are watched, text of repro_plan_write(); NULL: none
 * @cores: a check asks for cores that workers share
 * @trace_kib: keep a trace, with so much memory for each CPU; 0: none
 * @watchdog_ns: what the scheduler's ops.timeout_ms is to be; 0: as it says
 */
struct job {
	const char *test_text, *test_name, *scheduler;
	char *const *args;
	char *const *command;
	const char *program;
	const struct include *include;
	size_t include_count;
	bool input;
	enum vm_clock clock;
	uint64_t seed;
	enum job_shell shell;
	const char *term;
	struct limits limits;
	char *const *sysctl, *const *enable, *const *disable;
	const char *cgroup_parent, *layout, *repro;
	uint64_t watchdog_ns, trace_kib;
	bool cores;
};

/**
 * archive_init() - write the archive of the init program to @fd
 * @init: host path of ktstr-init
 *
 * Return: 0 or -errno.
 */
int archive_init(int fd, const char *init, struct why *reterr_why);

/**
 * archive_job() - write the archive of a job to @fd
 * @ret_unpacked: what it takes in the guest's memory, as cpio_unpacked(), or
 *		  NULL
 *
 * The scheduler is /job/bin/NAME; libraries and loaders as by pack_add().
 *
 * Return: 0; an error of pack_add(); -E2BIG for a command line of more than
 * 1 MiB; -errno.
 */
int archive_job(int fd, const struct job *job, uint64_t *ret_unpacked,
		struct why *reterr_why);
