/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * context.h - the host that a run had: what may make its times another's.
 *
 * Sources: proc(5); Linux Documentation/admin-guide/{cgroup-v2,pm/cpufreq,
 * mm/transhuge,sysctl/kernel}.rst and ABI/testing/sysfs-devices-system-cpu.
 */
#pragma once

#include <jansson.h>

/**
 * context_json() - CPUs, memory and settings of this host
 * @root: what stands before /proc and /sys: "" for this host's own
 *
 * What the host does not tell is null. Return: an object, json_decref() it.
 */
json_t *context_json(const char *root);

/* How many tasks ran or waited for a CPU in the last minute; below 0: the host
 * does not tell. */
double context_load(const char *root);
