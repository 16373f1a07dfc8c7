/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * archive.h - what the guest finds when it starts: the init's archive and the
 * job's. They are files of their own, because they change at different times.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/why.h"
#include "vmm/machine.h"

/**
 * struct job - what the guest is to do
 * @test_text, @test_name: the test, or NULL to run @command
 * @scheduler:   host path of its program, or NULL for the kernel's own
 * @args:        its arguments, NULL-terminated, or NULL
 * @command:     a program of the host and its arguments, to run in the guest
 * @calibrate:   measure the CPUs before the test
 */
struct job {
	const char *test_text, *test_name, *scheduler;
	char *const *args;
	char *const *command;
	enum vm_clock clock;
	uint64_t seed;
	bool calibrate;
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
 *
 * The scheduler (or command) is /job/bin/NAME, its libraries are in /job/lib,
 * its loader has its own path.
 *
 * Return: 0; -ENOEXEC or -ENOENT as closure_find(); -errno.
 */
int archive_job(int fd, const struct job *job, struct why *reterr_why);
