/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sched-parts.h - the parsers of a declaration, between themselves. */
#pragma once

#include "tools/lib/spec/sched.h"

/* "[scheduler]". Return: 0 or -ENOMEM. */
int sched_read_scheduler(struct sched *s, const struct conf_section *section,
			 struct diag *d);

/* Once all is read: a program and its words, or commands that switch. */
void sched_check_kind(const struct sched *s, struct diag *d);
