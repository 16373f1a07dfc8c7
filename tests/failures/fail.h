/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail.h - what fail-each and the library that it preloads say to each other.
 *
 * A program is started once, and stops before its main(). For each run that
 * fail-each asks for it forks, and the child goes on with main(): no run has to
 * be loaded and linked anew. Requests and answers are bytes on FAIL_CONTROL;
 * all else is in memory that both map, struct fail_shared.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Descriptors that the program is started with; its main() has neither. */
enum {
	FAIL_CONTROL = 900,
	FAIL_MEMORY = 901,
};

#define FAIL_IN	   "KTSTR_FAIL_IN"    /* the folder of each run */
#define FAIL_STDIN "KTSTR_FAIL_STDIN" /* its standard input */

/**
 * enum fail_kind - what becomes of a call
 * @FAIL_NOTHING: all work
 * @FAIL_ROOM:    memory is not to be had: malloc() and its kin
 * @FAIL_ROOM_ON: neither that nor any later
 * @FAIL_CALL:    a system call fails, with the first error of fail_call_info
 * @FAIL_CALL_2:  with the second one, where there is one
 * @FAIL_CALL_ON: it and all later calls of the same name, as where a limit or a
 *                disk stays as it is
 * @FAIL_SHORT:   only one byte is read or written, or is there
 */
enum fail_kind {
	FAIL_NOTHING,
	FAIL_ROOM,
	FAIL_ROOM_ON,
	FAIL_CALL,
	FAIL_CALL_2,
	FAIL_CALL_ON,
	FAIL_SHORT,
	FAIL_KINDS,
};

enum {
	FAIL_PROCESSES = 64,
	FAIL_POINTS = 1 << 18,
	FAIL_STACK = 48,
	FAIL_TEXT = 64 * 160,
};

/**
 * struct fail_point - a call that may fail
 * @process: index of fail_shared.process
 * @call:    index of fail_call_info; 0: memory
 * @nth:     of the process, of memory or of other calls, from 1
 * @foreign: the function that calls is no program's of ours
 * @stack:   hash of the functions that led there
 */
struct fail_point {
	uint16_t process;
	uint8_t call, foreign;
	uint32_t nth;
	uint64_t stack;
};

/**
 * struct fail_shared - between fail-each and the runs
 * @kind, @process, @nth: what fails in the next run
 * @list:        write all that may fail into @point, for @points
 * @hit:         that call has come: @hit_call, which is another than in the
 *               list where a command is not steady
 * @where:       then: its functions, "OBJECT +OFFSET" a line, innermost first
 * @crash:       the same of where the run crashed, or ""
 * @started:     processes so far; process[0] is the program itself. A fork is
 *               known by who did it, and as his how manyth, in all runs
 * @grace_ms:    what a run has left is given so long to end by itself
 * @status, @left: of the run, as waitpid(2) tells; processes that it has left
 */
struct fail_shared {
	uint32_t kind, process, nth;
	bool list, hit;
	uint8_t hit_call;
	uint32_t points, started;
	int32_t status, left, grace_ms;
	struct {
		uint32_t parent, nth, forks, room, calls;
	} process_of[FAIL_PROCESSES];
	char where[FAIL_TEXT], crash[FAIL_TEXT];
	struct fail_point point[FAIL_POINTS];
};

/**
 * struct fail_call_info - a system call that can fail
 * @name:   of libc
 * @error:  what it may fail with, so that the two differ in what follows
 * @shorts: it moves bytes, and may move fewer
 * @leaves: it removes something, which stays if it fails
 */
struct fail_call_info {
	const char *name;
	int error[2];
	bool shorts, leaves;
};
