/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * here-guard.h - a cgroup on the host that outlives nobody.
 *
 * A process of its own makes it, waits for our end, whatever that is, and then
 * kills all in it, removes it, and gives sysctls their values back. Should that
 * process be killed, too, the next one sweeps what it left: the cgroup's name
 * tells who made it, and here-journal.h has the values.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct here_guard - it
 * @path: of the cgroup; freed by here_guard_end()
 */
struct here_guard {
	pid_t pid;
	int alive;
	char *path;
};

/**
 * here_guard_mount() - where cgroups are, if this host is fit for them
 * @with_cpu: the controller cpu is needed, too
 *
 * Return: the path of the mount, the caller frees it. Dies with EX_SKIP and the
 * reason where it is not.
 */
char *here_guard_mount(bool with_cpu);

/**
 * struct here_wish - what is to be there for as long as we are
 * @mount:    a cgroup below it, with a group "engine" in it for processes
 * @with_cpu: with the controller cpu
 * @sysctl:   settings, each "NAME=VALUE", or NULL
 */
struct here_wish {
	const char *mount;
	bool with_cpu;
	char *const *sysctl;
};

/* Make it so; dies with EX_SKIP where the host refuses. */
void here_guard_begin(struct here_guard *g, const struct here_wish *wish);

/* Remove it, and wait for that. Return: false when it had to stay. */
bool here_guard_end(struct here_guard *g);
