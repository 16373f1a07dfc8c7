/* SPDX-License-Identifier: GPL-2.0-or-later */
/* identity.h - what a variant's result depends on, as one number. */
#pragma once

#include "tools/gauntlet/variant.h"
#include "tools/lib/str.h"

/* Hex digits of an identity, with the NUL. */
#define IDENTITY_SIZE 17

/*
 * Hashes of files, read once for all variants, in as many digits as an identity
 * has.
 */
struct identity_facts {
	struct str common; /* lines that all variants have */
	/* one for each kernel, and for each scheduler, in their order */
	char (*kernel)[IDENTITY_SIZE];
	char (*binary)[IDENTITY_SIZE], (*declaration)[IDENTITY_SIZE];
	/* the binary without its libraries, as results have it */
	char (*alone)[IDENTITY_SIZE];
	/* files and programs that a declaration names besides; "" for none */
	char (*brought)[IDENTITY_SIZE];
	/* of each test, in their order; programs: "" for none */
	char (*test)[IDENTITY_SIZE], (*programs)[IDENTITY_SIZE];
};

/**
 * identity_read() - hash the files that the variants have in common
 * @vm: the program that runs a variant, found in PATH when it has no slash
 *
 * Each file once, however many name it. Ends the program (EX_USAGE) for a file
 * that cannot be read.
 */
void identity_read(const struct request *req, const struct project *p,
		   const char *vm, struct identity_facts *ret);
void identity_facts_done(struct identity_facts *f);

/**
 * identity_of() - all inputs of a variant, and their hash
 * @inputs: emptied, then one "NAME = VALUE" a line; a file's value is the
 *	    beginning of its SHA-256
 * @ret:    the first 16 hex digits of the SHA-256 of @inputs
 *
 * Inputs: the kernel entry's metadata.json, the scheduler's binary, its
 * declaration and the files that this brings, the test and its programs, the
 *guest's init, ktstr-vm, QEMU and its firmware, and the settings: clock, seed,
 *machine, arguments of the profile.
 */
void identity_of(const struct request *req, const struct project *p,
		 const struct identity_facts *f, const struct variant *v,
		 struct str *inputs, char ret[IDENTITY_SIZE]);
