/* SPDX-License-Identifier: GPL-2.0-or-later */
/* template-make.h - boot a machine to where jobs begin, and keep it. */
#pragma once

#include "tools/vm/template-key.h"

/* Where a template goes, what it is, and how much all of them may take. */
struct template_place {
	const char *cache, *templates, *key;
	json_t *facts;
	uint64_t max_bytes;
};

/**
 * template_make() - boot @c without a job, save it, put it in its place
 * @stop_fd, @ret_signal: as for template_get()
 *
 * The guest's RAM is in memory until it stands still, so that a full disk is
 * an error here and not QEMU's death. For who holds template_lock().
 *
 * Return: 0; -EINTR; or -errno with a sentence.
 */
int template_make(const struct machine_config *c,
		  const struct template_place *place, int stop_fd,
		  int *ret_signal, struct why *reterr_why);
