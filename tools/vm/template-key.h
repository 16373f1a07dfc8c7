/* SPDX-License-Identifier: GPL-2.0-or-later */
/* template-key.h - what a template depends on. */
#pragma once

#include <jansson.h>

#include "vmm/machine.h"

/* 32 hexadecimal digits and a NUL. */
#define TEMPLATE_KEY_SIZE 33

/**
 * template_key() - the name of the template that a machine would start from
 * @c:	       with kernel_fd and initrd_fd
 * @ret_facts: an object, json_decref() frees it: what the key is a hash of, for
 *	       people
 *
 * The key is over contents: kernel image, init, QEMU's build and firmware, and
 * QEMU's command line, so all that makes the machine. Not the job. Our user id
 * is in it, because the files are for our eyes only.
 *
 * Return: 0 or -errno with @reterr_why.
 */
int template_key(const struct machine_config *c, char ret[TEMPLATE_KEY_SIZE],
		 json_t **ret_facts, struct why *reterr_why);
