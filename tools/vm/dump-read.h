/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump-read.h - what sched_ext prints of its state, as a tree.
 *
 * One parser for both ways in which a dump comes: line by line from the
 * kernel's tracepoint, and in what a scheduler's program prints when it was
 * taken out. Source: scx_dump_state() in the kernel's kernel/sched/ext.c,
 * of 6.12 and on; its "name=value" pairs differ from version to version, and
 * are taken as they come.
 */
#pragma once

#include <jansson.h>

#include "tools/lib/str.h"
#include "vmm/facts.h"

/**
 * dumps_read() - every dump that is in the facts of a run
 *
 * Those of the tracepoint; and an exit dump that the scheduler printed, if that
 * saw none.
 *
 * Return: an array of what doc/results.md calls dumps[]; json_decref() it.
 */
json_t *dumps_read(const struct facts *f);

/* The lines of the tracepoint without the event's name before each. */
void dumps_text(const struct facts *f, struct str *ret);

/* The task of that "NAME[PID]" in a tree of dumps_read(), or NULL. */
const json_t *dumps_task(const json_t *dumps, const char *who);
