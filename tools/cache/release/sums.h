/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sums.h - sha256sums.asc: a signed list of checksums. */
#pragma once

#include "tools/lib/hash.h"
#include "tools/lib/str.h"
#include "tools/lib/why.h"

/**
 * sums_find() - the checksum of a file
 * @text: lines of sha256sum(1); others do not count
 * @name: the file, exactly
 * @ret:  64 small hex digits
 *
 * Return: 0, -ENOENT when no line has it, -EBADMSG when two differ.
 */
int sums_find(const char *text, const char *name, char ret[HASH_HEX_SIZE]);

/**
 * sums_verify() - what of a clear-signed text is signed
 * @text:    the file
 * @keyring: a file of public keys, whose holders are trusted
 * @ret:     the signed part alone; appended to
 *
 * gpgv(1) does it, without a shell.
 *
 * Return: 0, or with a sentence
 * * -EBADMSG - the signature is bad, of another key, or there is none
 * * -ENOENT  - no such keyring, or no gpgv
 * * -errno
 */
int sums_verify(const struct str *text, const char *keyring, struct str *ret,
		struct why *reterr_why);
