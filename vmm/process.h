/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process.h - QEMU as a process that cannot outlive us. */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

#include "vmm/machine.h"

/**
 * process_start() - fork and become QEMU
 * @argv:   of machine_argv()
 * @cpus:   the CPUs it may use, or NULL
 * @errors: what its standard error is; its standard input is empty
 * @ret:    its pid; the caller waits for it
 *
 * It inherits the descriptors that @c names, and no other. It gets SIGKILL when
 * this thread ends.
 *
 * Return: 0; -ENOENT when it is not installed; -errno.
 */
int process_start(const struct machine_config *c, char *const *argv,
		  const cpu_set_t *cpus, int errors, pid_t *ret,
		  struct why *reterr_why);

/* Has process @pid loaded a shared object "ktstr-@what.so"? True, too, when we
 * may not know. */
bool process_has_loaded(pid_t pid, const char *what);

/* What a process wrote to its standard error @fd, a file; at most its first
 * 4 KiB, NULL when that is nothing. The caller frees it. */
char *process_errors(int fd);
