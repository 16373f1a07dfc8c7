/* SPDX-License-Identifier: GPL-2.0-or-later */
/* input.h - standard input, taken before the machine starts. */
#pragma once

#include <stddef.h>

/* A machine's memory has to hold it more than once. */
#define INPUT_MAX (64U << 20)

/**
 * input_read() - all of standard input
 * @timeout_s: how long to wait for its end
 * @ret:       the bytes, the caller frees them; NULL when there is nothing
 *
 * Nothing of the host reaches a machine once it runs, so what cannot be had at
 * the start is refused: dies for a terminal, for more than INPUT_MAX, and with
 * EX_TIMEOUT when it does not end in time.
 *
 * Return: how many bytes.
 */
size_t input_read(unsigned int timeout_s, char **ret);
