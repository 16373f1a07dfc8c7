/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.h - the source lines of a kernel's addresses, by libdw.
 *
 * From the debugging information (DWARF) of its vmlinux, where it has some: a
 * kernel of the cache has lost it, one that was built with CONFIG_DEBUG_INFO
 * and runs out of its tree has it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/why.h"

/* Bytes of "FILE:LINE"; of a longer one the begin is left out. */
#define REPRO_LINE_MAX 96

struct repro_lines;

/**
 * repro_lines_open() - read it
 * @vmlinux: of the kernel; outlives @ret
 * @ret:     repro_lines_close() it
 *
 * Return: 0; -ENODATA: it has no debugging information, or none that can be
 * read; -ENOEXEC: no ELF file; -errno.
 */
int repro_lines_open(const char *vmlinux, struct repro_lines **ret,
		     struct why *reterr_why);
void repro_lines_close(struct repro_lines *l); /* NULL is fine */

/**
 * repro_lines_at() - the line of an address
 * @at:  as vmlinux has it
 * @ret: "kernel/sched/ext.c:1234", below the kernel's tree
 *
 * Of code that was put into another function it is the line where it is
 * written. Where the file has no line for the address, it is the one where its
 * function begins.
 *
 * Return: false: nothing is known; @ret is "" then.
 */
bool repro_lines_at(struct repro_lines *l, uint64_t at,
		    char ret[REPRO_LINE_MAX]);

/**
 * repro_lines_back() - the line of a backtrace's line
 * @line: "   do_enqueue_task+0x1bf/0x3f0", an address to return to: told is the
 *	  call before it
 *
 * Return: false: nothing is known, as of programs and modules, and of a name
 * that several functions have; @ret is "" then.
 */
bool repro_lines_back(struct repro_lines *l, const char *line,
		      char ret[REPRO_LINE_MAX]);
