/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dump-line.h - single lines of a dump of sched_ext (private to its reader). */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* A text of the guest's; what is no UTF-8 is left out. */
json_t *dump_text(const char *text);

/* "CPU 3   : nr_run=1 flags=0x1 ...": an object, or NULL. */
json_t *dump_cpu(const char *line);

/* " *R NAME[PID] -12ms": an object, or NULL. */
json_t *dump_task(const char *line);

/* "          curr=NAME[PID] class=CLASS": into @cpu. */
void dump_current(const char *line, json_t *cpu);

/* "a=1 b/c=2/0x3": into @values, numbers as such. Return: it is such a line. */
bool dump_values(const char *line, json_t *values);

/* "    schedule+0x12/0x30" */
bool dump_is_function(const char *line);

/* The task of that "NAME[PID]" of a CPU, or NULL. */
const json_t *dump_find_task(const json_t *cpu, const char *who);
