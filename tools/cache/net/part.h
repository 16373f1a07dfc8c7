/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part.h - what a half downloaded file is half of. */
#pragma once

#include <stdint.h>

#include "tools/lib/why.h"

/* Bytes of an ETag or a date. */
#define PART_VALIDATOR_SIZE 256

/**
 * struct part - a file that is being fetched
 * @fd:        where to
 * @path:      file that keeps the note, or NULL
 * @url:       where from, as shown
 * @at:        bytes that are there
 * @total:     bytes that the whole has; 0 while unknown
 * @validator: for If-Range; "" when what is there cannot be gone on with
 */
struct part {
	int fd;
	const char *path, *url;
	uint64_t at, total;
	char validator[PART_VALIDATOR_SIZE];
};

/**
 * part_open() - see what is there from an earlier run
 *
 * Needs @fd, @path and @url. Content without a note that fits is thrown away.
 * Return: 0 or -errno.
 */
int part_open(struct part *p, struct why *reterr_why);

/* Begin anew with p->validator and p->total; the note is there before the
 * first byte. Return: 0 or -errno. */
int part_restart(struct part *p, struct why *reterr_why);
