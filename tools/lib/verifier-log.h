/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verifier-log.h - what the kernel's BPF verifier writes: its numbers, and its
 * log made short. kernel/bpf/verifier.c and log.c of Linux.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/str.h"

#define VERIFIER_STACK_SIZE 128

/**
 * struct verifier_numbers - the last lines of a log
 * @processed: instructions, each as often as it was gone through
 * @limit:     what a program may have of them
 * @per_insn, @total, @peak: states: the most at one instruction, all, and
 *	       those kept at one time
 * @stack:     bytes of the program and of each of its functions, "24+0+8"; ""
 *	       where the log does not tell
 * @stack_bytes: their sum, the most that a chain of calls can take
 * @has_time, @time_us: how long it took
 */
struct verifier_numbers {
	uint64_t processed, limit, per_insn, total, peak;
	char stack[VERIFIER_STACK_SIZE];
	uint64_t stack_bytes;
	bool has_time;
	uint64_t time_us;
};

/* Read them from the end of @log. Return: 0; -ENOENT when the line that begins
 * with "processed" is not there, and then @ret is zeroes. */
int verifier_numbers_parse(const char *log, size_t len,
			   struct verifier_numbers *ret);

/**
 * verifier_collapse() - a log in which what repeats stands twice
 *
 * The verifier goes through a loop again and again, and writes it each time. Of
 * three or more repetitions, one behind the other, the first and the last stay.
 * Numbers of instructions, registers and distances of jumps do not make two
 * lines different.
 *
 * Memory that runs out is seen in @out->failed.
 */
void verifier_collapse(const char *log, size_t len, struct str *out);
