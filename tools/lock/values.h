/* SPDX-License-Identifier: GPL-2.0-or-later */
/* values.h - values of options; a wrong one ends the program with EX_USAGE. */
#pragma once

#include <stdint.h>

#include "tools/lib/spec/topology.h"

/* A number of CPUs, 1 to CPU_SETSIZE; @from names the option or variable. */
unsigned int read_cpus(const char *from, const char *text);
/* Seconds, or a number with a unit; NULL is LOCK_FILE_FOREVER. */
uint64_t read_wait(const char *text);
/* An exit status. */
int read_code(const char *option, const char *text);
/* How often to print, in ns. */
uint64_t read_watch(const char *text);
/* "NnNlNcNt", or the name of a preset. */
struct topology read_topology(const char *text);
