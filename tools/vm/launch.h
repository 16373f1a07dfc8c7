/* SPDX-License-Identifier: GPL-2.0-or-later */
/* launch.h - one machine from its job to what came out of it. */
#pragma once

#include "tools/vm/phases.h"
#include "tools/vm/request.h"
#include "tools/vm/terminal.h"
#include "vmm/archive.h"
#include "vmm/facts.h"
#include "vmm/machine.h"

/**
 * struct outcome - what a machine left behind
 * @machine: how QEMU ended
 * @console, @channel: what both hold
 * @facts:   the channel, sorted
 * @live:    set before the start: what a command prints is shown while it runs,
 *	     and @channel stays NULL
 * @cold:    set before the start: boot, do not start from a template
 * @layout:  set before the start: what is read of the guest from outside, or
 *	     NULL
 * @traced:  set before the start: a trace will come
 * @dmesg:   set before the start: so are the kernel's messages
 * @terminal: set before the start: our terminal, or NULL; it is put back into
 *	     order when the machine has ended
 * @kvm:     as kvm_stats_end() gives it
 * @terminal_ended: that was by the terminal's own end, @terminal_how
 */
struct outcome {
	struct machine_result machine;
	char *console, *channel;
	size_t console_len, channel_len;
	struct facts facts;
	struct phases phases;
	bool live, cold, dmesg, traced, terminal_ended;
	struct terminal *terminal;
	const struct mon_layout *layout;
	json_t *kvm;
	enum terminal_end terminal_how;
};

/**
 * launch_configure() - the machine that a request describes
 * @want_mib: memory that the test asks for, 0 if none
 *
 * Dies with EX_SKIP for a topology that QEMU cannot build.
 */
void launch_configure(const struct request *req, const struct topology *t,
		      unsigned int want_mib, struct machine_config *ret);

/* Free what launch_configure() made. */
void launch_done(struct machine_config *c);

/**
 * launch() - run @job in the machine @c
 * @init:      path of ktstr-init
 * @timeout_s: host-time limit
 * @o:         @o->live in, all of it out
 *
 * Dies with EX_USAGE when the job's files do not fit the machine's memory.
 *
 * The console is written to a file in memory, which nobody has to remove.
 * SIGINT, SIGTERM and SIGHUP end the machine, then this program.
 */
void launch(struct machine_config *c, const struct job *job, const char *init,
	    unsigned int timeout_s, struct outcome *o);
void outcome_done(struct outcome *o);

/**
 * launch_load() - kernel and init, and the memory that they and the job need
 * @files: of region_fill(), 0 without a job
 *
 * Sets kernel_fd, initrd_fd and memory_mib. Dies with EX_USAGE when the
 * topology gives the machine too little.
 */
void launch_load(struct machine_config *c, const char *init, uint64_t files);

/* Print the machine's command line for a shell (--dry-run). */
void launch_show(const struct machine_config *c);

/* The same, after all that launch() does before it starts QEMU, but for reading
 * the command's input; dies as it does. */
void launch_rehearse(struct machine_config *c, const struct job *job,
		     const char *init);
