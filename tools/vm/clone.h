/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clone.h - a machine that goes on from a template, or boots. */
#pragma once

#include <stdbool.h>

#include "tools/vm/template.h"
#include "vmm/machine.h"

/**
 * struct clone - what a machine is started with
 * @c:       with all its files; its memory and its start are decided here
 * @cold:    boot in any case
 * @console: out: what the console had before the machine went on, or NULL; the
 *	     caller frees it
 * @signal:  out: which one came; 0: it is still to be read from @stop_fd
 * @template: out: the one that was used; clone_done() lets go of it
 */
struct clone {
	struct machine_config *c;
	unsigned int timeout_s;
	int stop_fd;
	bool cold;
	char *console;
	size_t console_len;
	int signal;
	struct template template;
};

#define CLONE_OF(config, limit_s)                                              \
	{                                                                      \
		.c = (config), .timeout_s = (limit_s),                         \
		.template = TEMPLATE_NONE                                      \
	}

/* May the machine start from a template? That gives the same result as a boot
 * where time is instructions and nobody types. */
bool clone_is_possible(const struct machine_config *c);

/**
 * clone_run() - machine_run() from a template where there can be one
 *
 * It is made when it is not there. Whatever goes wrong with a template, the
 * machine can boot: that is said, and it does.
 *
 * Return: as machine_run(); -EINTR when a signal came while a template was
 * made.
 */
int clone_run(struct clone *s, struct machine_result *ret,
	      struct why *reterr_why);

/* The template that was used is no good. Return: 0 or -errno. */
int clone_reject(const struct clone *s, struct why *reterr_why);
void clone_done(struct clone *s);
