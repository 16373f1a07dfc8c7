/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - what is watched in a run that fails again, and what was seen.
 *
 * The host makes the plan from the kernel's types; whoever watches, QEMU's gdb
 * stub from outside or BPF programs from inside, fills in records by it; the
 * host decodes them by the same types. The layout is that of the BPF programs,
 * too, so there are only numbers here, all of them little-endian.
 */
#pragma once

#ifndef __bpf__
#include <stdint.h>
#endif

#define REPRO_FUNCTIONS_MAX 64
#define REPRO_ARGS	    6
#define REPRO_PIECES_MAX    16
#define REPRO_DATA_MAX	    256
#define REPRO_NO_HOP	    0xffffffffu

/**
 * struct repro_piece - bytes that an argument points to
 * @arg:  which argument is the pointer, 0 to REPRO_ARGS - 1
 * @size: bytes, 1 to 64; all of a function's make at most REPRO_DATA_MAX
 * @at:   bytes from where the argument points
 * @hop:  REPRO_NO_HOP; else the 8 bytes at @at are a pointer, and the piece is
 *	  so many bytes behind where that points
 */
struct repro_piece {
	uint8_t arg, unused[1];
	uint16_t size;
	uint32_t at, hop;
};

/**
 * struct repro_function - a function that is watched
 * @at:      where it begins, 0: not known
 * @args:    how many arguments it has, at most REPRO_ARGS count
 * @context: its arguments are in an array of 8 bytes each that the first
 *	     register points to, as the kernel calls BPF programs
 * @returns: its end is watched, too
 */
struct repro_function {
	uint64_t at;
	uint8_t args, context, returns, piece_count, unused[4];
	struct repro_piece piece[REPRO_PIECES_MAX];
};

enum repro_kind { REPRO_ENTRY, REPRO_RETURN, REPRO_TRIGGER };

/**
 * struct repro_record - a function was called, or returned
 * @at_ns:    guest's CLOCK_MONOTONIC
 * @cpu:      that it ran on
 * @pid:      of the task that the CPU ran, and its name @comm
 * @function: its number in the plan
 * @kind:     enum repro_kind
 * @valid:    bit N: piece N could be read; of a return the pieces are read
 *	      again by the arguments of the call
 * @arg:      arguments, also of a return
 * @result:   of a return: what the function returned
 * @data:     the pieces one behind the other; what could not be read is 0
 */
struct repro_record {
	uint64_t at_ns;
	uint32_t cpu, pid;
	char comm[16];
	uint16_t function, kind;
	uint32_t valid;
	uint64_t arg[REPRO_ARGS];
	uint64_t result;
	uint8_t data[REPRO_DATA_MAX];
};
