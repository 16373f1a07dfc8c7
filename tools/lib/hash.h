/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hash.h - SHA-256 of files and of lists of facts, as lowercase hex. */
#pragma once

#include <stddef.h>

#include <nettle/sha2.h>

/* Bytes of a hash in hex, with its NUL. */
#define HASH_HEX_SIZE (2 * SHA256_DIGEST_SIZE + 1)

/* Start with hash_init(); add; read the result once with hash_hex(). */
struct hash {
	struct sha256_ctx state;
};

void hash_init(struct hash *h);
void hash_add(struct hash *h, const void *data, size_t len);

/**
 * hash_add_fact() - add a named value, so that no two lists of facts collide
 *
 * Name and value are added with their lengths before them.
 */
void hash_add_fact(struct hash *h, const char *name, const char *value);
void hash_hex(struct hash *h, char ret[HASH_HEX_SIZE]);

/**
 * hash_file() - the SHA-256 of a file's content
 * @dir:  folder descriptor, or AT_FDCWD
 *
 * Return: 0, or -errno of openat(2) or read(2).
 */
int hash_file(int dir, const char *name, char ret[HASH_HEX_SIZE]);
