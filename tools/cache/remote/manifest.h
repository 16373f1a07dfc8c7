/* SPDX-License-Identifier: GPL-2.0-or-later */
/* manifest.h - the metadata of an entry that travels. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/cache/store/entry.h"
#include "tools/lib/hash.h"

/* Largest metadata, all files of an entry together, and how many they are. */
#define MANIFEST_MAX_BYTES (1 << 20)
#define ENTRY_MAX_BYTES	   (4ull << 30)
#define ENTRY_MAX_FILES	   4096
/* Fewest characters of a key that signs. */
#define SIGN_KEY_MIN 16
/* Where programs are that run on the host: bpftool, and a library. */
#define PROGRAMS "bpf/"

/**
 * manifest_make() - the metadata of @e, without what is this machine's
 * @ret: JSON text with sorted keys, the caller frees it
 *
 * Paths become null, that of a tarball its last part; addresses lose user,
 * password and query; facts about the vmlinux in a local tree go. Doing it
 * twice changes nothing, and equal entries give equal bytes.
 *
 * Return: 0, or -EFBIG, -ENOMEM with a sentence.
 */
int manifest_make(const struct entry *e, char **ret, struct why *reterr_why);

/**
 * manifest_check() - may this be the entry @key of ours?
 * @ret: the entry with its metadata; entry_done() it
 *
 * All that it says becomes file names, words for make and a shell, or lines on
 * a terminal, so all of it is checked: key, format, machine, label, the names
 * of the files (the image, vmlinux, config, and what is below bpf/), their
 * sizes, and that no text has control characters.
 *
 * Return: 0, -EBADMSG with a sentence, or -ENOMEM.
 */
int manifest_check(const char *text, size_t len, const char *key,
		   struct entry *ret, struct why *reterr_why);

/* Are there programs among its files? */
bool manifest_has_programs(const struct entry *e);

/**
 * manifest_sign() - HMAC-SHA256 of the metadata, in hex
 *
 * It covers the whole entry, since the metadata has key and SHA-256 of all.
 */
void manifest_sign(const char *sign_key, const char *text, size_t len,
		   char ret[HASH_HEX_SIZE]);
