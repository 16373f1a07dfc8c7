/* SPDX-License-Identifier: GPL-2.0-or-later */
/* regions.h - the memory shared with the host, as the guest finds it. */
#pragma once

#include "tools/lib/why.h"
#include "vmm/wire.h"

/**
 * struct regions - the guest's view
 * @mem:    /dev/mem
 * @job_at: physical address of the job region
 * @job, @control: its first pages; only the host writes them
 * @channel: all of the channel region; no child of ours inherits it
 */
struct regions {
	int mem;
	uint64_t job_at;
	const struct wire_job *job;
	const struct wire_control *control;
	struct wire_channel *channel;
};

/**
 * regions_find() - find and map them
 *
 * Nothing of the job is read: a template has none.
 *
 * Return: 0; -ENOTSUP with the reason when this kernel or machine does not show
 * them; -errno.
 */
int regions_find(struct regions *ret, struct why *reterr_why);

/**
 * regions_check() - is the job's header as it should be?
 *
 * Return: 0 or -EBADMSG.
 */
int regions_check(const struct wire_job *job, struct why *reterr_why);

/**
 * regions_map_job() - a part of the job region
 * @at:  offset in it, checked by regions_check()
 * @len: not 0
 *
 * Return: the bytes, until regions_unmap(); NULL and errno.
 */
const char *regions_map_job(const struct regions *r, uint64_t at, size_t len);
void regions_unmap(const char *data, size_t len);
