/* SPDX-License-Identifier: GPL-2.0-or-later */
/* request.h - what the command line of ktstr-vm asks for. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "vmm/limits.h"
#include "vmm/machine.h"

#define TIMEOUT_MAX_S LIMITS_HOST_MAX_S

enum accel_choice {
	CHOOSE_AUTO,
	CHOOSE_TCG,
	CHOOSE_KVM,
	CHOOSE_TCG_SINGLE,
	CHOOSE_TCG_MULTI,
};

/**
 * struct request - the options of all subcommands
 *
 * Pointers are into argv, or NULL when the option was not given.
 * @has_clock: --clock was given; else virtual where KVM is not usable
 * @shift:     -1: by machine_shift()
 * @timeout_s: of the host's time; 0: by limits_derive()
 * @perf:      with CPUs of the host for itself
 * @cold:      boot, though there may be a template
 * @trace, @trace_kib: keep a trace, of so much for each CPU; 0: as trace_kib()
 *	       says
 * @list, @remove: templates, in place of making one
 * @no_repro:  a failure is not run again to be watched
 * @debugs:    gdb looks at the machine, at @break_at or where a scheduler fails
 * @limits:    of the guest's time; 0: by limits_derive()
 */
struct request {
	const char *kernel, *kernel_label, *sched, *test, *preset, *topology;
	const char *profile, *out, *identity, *init, *qemu, *append, *shell;
	const char *variant, *project;
	const char *break_at, *gdb;
	bool has_clock, dry_run, json, console, cold, list, remove, dmesg, perf;
	bool trace;
	bool debugs, no_repro;
	enum vm_clock clock;
	enum accel_choice accel;
	uint64_t seed, trace_kib;
	unsigned int memory_mib, timeout_s;
	struct limits limits;
	int shift;
	char **include;	      /* NULL-terminated, or NULL */
	char *const *command; /* behind "--" */
};

/* What was asked for, and what is derived for the rest. */
struct limits request_limits(const struct request *req, struct limits_for f);

/* Refuse limits of phases in which a scheduler comes and goes. */
void request_without_scheduler(const struct request *req, const char *command);

/* As --accel spells it. */
extern const char *const accel_names[];

static inline bool request_wants_tcg(const struct request *req)
{
	return req->accel != CHOOSE_AUTO && req->accel != CHOOSE_KVM;
}

/* The subcommands; each returns the program's exit code. */
int command_run(const struct request *req);
int command_debug(const struct request *req);
int command_exec(const struct request *req);
int command_shell(const struct request *req);
int command_initramfs(const struct request *req);
int command_template(const struct request *req);
int command_topology(const struct request *req);
int command_host(const struct request *req);
int command_doctor(const struct request *req);
