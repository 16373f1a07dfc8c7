/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kmsg.h - the kernel's messages that tell of trouble, as "kmsg" frames. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm/guest/channel.h"

/* How many are sent; and how many complaints more, so that no number of lines
 * that explain one, or that sched_ext says, hides another. */
#define KMSG_FRAMES_MAX 200
#define KMSG_SPLATS_MAX 50

/* How many lines may still belong to the last message that mattered, and
 * whether only indented ones do. */
struct kmsg_follow {
	unsigned int lines;
	bool indented;
};

/**
 * struct kmsg - where we are in the kernel's log
 * @fd:   /dev/kmsg, non-blocking; -1 if there is none
 * @next: number of the record that comes next
 * @sent:    frames
 * @dropped: messages that matter, for which there was no frame left
 * @overrun: records of any kind that were overwritten before they were read
 */
struct kmsg {
	int fd;
	struct kmsg_follow follow;
	unsigned int sent, dropped;
	uint64_t next, overrun;
};

/**
 * kmsg_select() - does a line matter?
 * @follow: in and out
 * @level:  0 to 7
 * @text:   one message of the kernel without its newline
 *
 * What vmm/splat.h knows does, a killed process and all that sched_ext says,
 * and the lines that explain them: registers and stack up to "end trace", and
 * lines that are indented below a message of sched_ext.
 */
bool kmsg_select(struct kmsg_follow *follow, unsigned int level,
		 const char *text);

/* Return: 0 or -errno. */
int kmsg_open(struct kmsg *k);
/* Send what is new; a part of it where the kernel does not stop to print. */
void kmsg_drain(struct kmsg *k, struct channel *c);
/* Drain; what was lost is told by a frame "kmsg-lost". */
void kmsg_close(struct kmsg *k, struct channel *c);
