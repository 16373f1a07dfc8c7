/* SPDX-License-Identifier: GPL-2.0-or-later */
/* secret.h - secrets from the environment; no message ever repeats one. */
#pragma once

#include <stddef.h>

#include "tools/lib/why.h"

/* Longest secret, in bytes. */
#define SECRET_MAX 4096

/**
 * secret_read() - the secret called @name
 * @name: a variable of the environment with the secret, or with _FILE behind
 *	  it one with the path of a file that holds it
 * @min:  fewest characters accepted
 * @ret:  NULL when neither is set, or both are empty; the caller frees it with
 *	  secret_free()
 *
 * White space around it is taken off. It is one word of printable ASCII, since
 * it may become part of a header.
 *
 * Return: 0, -ENOMEM, or -EINVAL with a sentence: both are set; it is too
 *short, too long, or no such word; the file cannot be read.
 */
int secret_read(const char *name, size_t min, char **ret,
		struct why *reterr_why);

/* Wipe and free; NULL is fine. */
void secret_free(char *secret);
