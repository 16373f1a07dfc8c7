/* SPDX-License-Identifier: GPL-2.0-or-later */
/* identity.h - what a variant's result depends on, as one number. */
#pragma once

#include "tools/gauntlet/variant.h"
#include "tools/lib/hash.h"

/* Hex digits of an identity, with the NUL. */
#define IDENTITY_SIZE 17

/* Hashes of files, read once for all variants. */
struct identity_facts {
	char vm[HASH_HEX_SIZE], init[HASH_HEX_SIZE], qemu[HASH_HEX_SIZE];
	char *firmware; /* what firmware_describe() says */
	/* one for each kernel, and for each scheduler, in their order */
	char (*kernel)[HASH_HEX_SIZE], (*binary)[HASH_HEX_SIZE];
	/* of each test, in their order: its programs; "" for none */
	char (*programs)[HASH_HEX_SIZE];
};

/**
 * identity_read() - hash the files that all variants have in common
 * @vm: the program that runs a variant, found in PATH when it has no slash
 *
 * Ends the program (EX_USAGE) for a file that cannot be read.
 */
void identity_read(const struct request *req, const struct project *p,
		   const char *vm, struct identity_facts *ret);
void identity_facts_done(struct identity_facts *f);

/**
 * identity_of() - the first 16 hex digits of a SHA-256 over the facts
 *
 * Facts: the kernel entry's metadata.json, the scheduler's binary and its
 * declaration, the test and its programs, the guest's init, ktstr-vm, QEMU and
 * its firmware, and the settings: clock, seed, machine, arguments of the
 * profile.
 */
void identity_of(const struct request *req, const struct project *p,
		 const struct identity_facts *f, const struct variant *v,
		 char ret[IDENTITY_SIZE]);
