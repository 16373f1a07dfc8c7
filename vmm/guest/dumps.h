/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dumps.h - the state that sched_ext prints when it is asked to, or when it
 * takes a scheduler out.
 *
 * Every line of both goes to the tracepoint sched_ext:sched_ext_dump, whatever
 * the scheduler's program prints of it. A tracing instance of our own has that
 * event and nothing else. Each line becomes text of "log" frames of the name
 * "dump", as the kernel formats the event: "sched_ext_dump: LINE".
 * Source: scx_dump_state() in the kernel's kernel/sched/ext.c
 */
#pragma once

#include "tools/lib/why.h"
#include "vmm/guest/watch.h"

/* Bytes for each CPU: a dump is written by one of them in one go, and has some
 * 700 bytes for each task that waits or runs. */
#define DUMPS_CPU_KIB "256"

/**
 * dumps_begin() - from now on dumps are kept, in @w->dump
 *
 * Return: 0; -ENOSYS and @reterr_why where the kernel has no such event.
 */
int dumps_begin(struct watch *w, struct why *reterr_why);

/**
 * dumps_ask() - have the kernel dump now, by its key SysRq-D
 * @name: of the op; stands in a line of its own above the dump
 *
 * Return: 0 or -errno and @reterr_why.
 */
int dumps_ask(struct watch *w, const char *name, struct why *reterr_why);

/* Send what has come; nothing where dumps_begin() was not called. */
void dumps_end(struct watch *w);
