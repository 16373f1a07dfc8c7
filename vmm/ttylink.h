/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ttylink.h - what a person's terminal and a shell in the guest say to each
 * other over the second serial port.
 *
 * A message is a letter, the number of bytes behind it, and these bytes. What
 * the host sends waits in buffers of the guest's kernel until it is taken, and
 * these are small; so at most TTYLINK_WINDOW bytes of TTYLINK_DATA are on
 * their way that the guest has not said it has taken.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TTYLINK_WINDOW 2048
#define TTYLINK_PART   255 /* bytes of a message */

enum ttylink_kind {
	TTYLINK_DATA = 'd',  /* both ways: bytes of the terminal */
	TTYLINK_END = 'e',   /* to the guest: there will be no more input */
	TTYLINK_READY = 'r', /* of the guest: it listens from now on */
	TTYLINK_SIZE = 'w',  /* to the guest: rows and columns, 2 bytes each */
	TTYLINK_TAKEN = 'a', /* of the guest: so many bytes, 2 bytes */
};

/**
 * struct ttylink - one way of it, as the reader sees it
 * @raw, @len: bytes that were read, and are no whole message yet
 */
struct ttylink {
	unsigned char raw[4096];
	size_t len;
};

struct ttylink_message {
	enum ttylink_kind kind;
	size_t len;
	unsigned char data[TTYLINK_PART];
};

/**
 * ttylink_take() - take the first message out of what was read
 *
 * Return: 1; 0 when there is no whole one; -EBADMSG when it is none.
 */
int ttylink_take(struct ttylink *l, struct ttylink_message *ret);

/* Write a message to @ret; @len is at most TTYLINK_PART. Return: its bytes. */
size_t ttylink_put(enum ttylink_kind kind, const void *data, size_t len,
		   unsigned char ret[TTYLINK_PART + 2]);

/* A number of two bytes, and a message with @count of them in @value. */
unsigned int ttylink_number(const struct ttylink_message *m, unsigned int at);
size_t ttylink_put_numbers(enum ttylink_kind kind, const unsigned int *value,
			   unsigned int count,
			   unsigned char ret[TTYLINK_PART + 2]);
