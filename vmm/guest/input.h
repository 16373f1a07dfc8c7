/* SPDX-License-Identifier: GPL-2.0-or-later */
/* input.h - what a command reads, from the job region into a pipe. */
#pragma once

#include "vmm/guest/regions.h"

/**
 * struct input - the command's standard input
 * @fd:    the pipe's writing end, non-blocking; -1 once all was written, or
 *	   nobody reads any more
 * @taken: bytes written to it
 * @piece, @piece_at, @piece_len: the part of the region that is mapped
 * @idle_ns: live input: how long to wait before the next look
 *
 * No byte of it is held in the guest's memory but what the pipe holds.
 */
struct input {
	const struct regions *regions;
	int fd;
	uint64_t taken;
	const char *piece;
	uint64_t piece_at;
	size_t piece_len;
	uint64_t idle_ns;
};

/**
 * input_open() - begin to feed a command
 * @ret_read: the pipe's reading end, the caller's; or -1, and @in->fd too, when
 *	      the job has no input
 *
 * Return: 0 or -errno.
 */
int input_open(struct input *in, const struct regions *r, int *ret_read);

/* Write as much as the pipe takes now. Closes it after the last byte. */
void input_feed(struct input *in);

/**
 * input_wait_ns() - how long a wait may last
 *
 * Return: 0 when there are bytes that the pipe had no room for: wait for it to
 * become writable; else, live input, until the next look; or UINT64_MAX.
 */
uint64_t input_wait_ns(const struct input *in);

void input_close(struct input *in);
