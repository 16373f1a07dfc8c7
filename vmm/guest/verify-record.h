/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify-record.h - one program in the file of struct verify. */
#pragma once

#include <stdint.h>

#define VERIFY_NAME_SIZE 256

/**
 * struct verify_record - a program; its log follows, without a NUL
 * @id:       0 if it was refused
 * @error:    0 or the errno value with which it was
 * @type, @insns: of BPF_PROG_LOAD: enum bpf_prog_type, instructions
 * @log_len:  bytes
 * @log_lost: how many came before those
 * @name:     of its main function
 * @given:    by who loads it; the kernel keeps 15 characters
 */
struct verify_record {
	uint32_t id, type, insns, log_len, log_lost;
	int32_t error;
	char name[VERIFY_NAME_SIZE], given[16];
};
