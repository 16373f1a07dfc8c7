/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.h - how the guest of a test is other than always, for "show". */
#pragma once

#include "tools/lib/spec/profile.h"

struct setting_line {
	const char *key;
	enum check_layer layer;
	struct str value;
};

/* In the order in which the guest gets them. */
struct settings {
	struct setting_line *item;
	size_t count;
};

/* @s: NULL for none. */
void settings_find(const struct sched *s, const struct test *t,
		   const struct profile *p, struct settings *ret);
void settings_done(struct settings *s);
