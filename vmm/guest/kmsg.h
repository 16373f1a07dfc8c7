/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kmsg.h - the kernel's messages that tell of trouble, as "kmsg" frames. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vmm/guest/channel.h"

#define KMSG_FRAMES_MAX 200

/* How many lines may still belong to the last message that mattered, and
 * whether only indented ones do. */
struct kmsg_follow {
	unsigned int lines;
	bool indented;
};

/**
 * struct kmsg - where we are in the kernel's log
 * @fd:   /dev/kmsg, non-blocking; -1 if there is none
 * @sent, @dropped: frames
 */
struct kmsg {
	int fd;
	struct kmsg_follow follow;
	unsigned int sent, dropped;
};

/**
 * kmsg_select() - does a line matter?
 * @follow: in and out
 * @text:   one message without its newline
 *
 * Warnings, bugs, stalls, hung tasks and all that sched_ext says do, and the
 * lines that explain them: registers and stack up to "end trace", and lines
 * that are indented below a message of sched_ext.
 */
bool kmsg_select(struct kmsg_follow *follow, const char *text);

/* Return: 0 or -errno. */
int kmsg_open(struct kmsg *k);
/* Send what is new; a part of it where the kernel does not stop to print. */
void kmsg_drain(struct kmsg *k, struct channel *c);
/* Drain; say how many messages did not fit. */
void kmsg_close(struct kmsg *k, struct channel *c);
