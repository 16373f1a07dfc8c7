/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switching.h - how a scheduler that is built into the kernel is switched on
 * and off: "enable" and "disable" of a declaration.
 */
#pragma once

#include <stdbool.h>

#include "tools/lib/spec/conf.h"

/**
 * struct switching - commands in order
 * @words: of one command, NULL-terminated: a program and its arguments, or
 *	   "echo TEXT... > PATH", which init does by itself
 */
struct switching {
	struct switching_command {
		char **words;
		struct place at;
	} * item;
	size_t count;
};

/* Read one entry. Return: 0 or -ENOMEM. */
int switching_read(const struct conf_entry *e, struct diag *d,
		   struct switching *s);
void switching_done(struct switching *s);

/**
 * switching_is_write() - is it "echo TEXT... > PATH"?
 * @ret_text: gets the text as echo(1) puts it together, and a newline; may be
 *	      NULL
 * @ret_path: gets the path, which is in @words; may be NULL
 */
bool switching_is_write(char *const *words, struct str *ret_text,
			const char **ret_path);

/* Where its program is in the guest. */
void switching_guest(char *const *words, struct str *ret);

/* Complain about programs that this host does not have. */
void switching_check(const struct switching *s, struct diag *d);
