/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/regions.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/guest/nfit.h"

#define NFIT	  "/sys/firmware/acpi/tables/NFIT"
#define NFIT_MAX  65536
#define RANGE_MAX 16

static void *map(int mem, uint64_t at, size_t len, int prot)
{
	void *p = mmap(NULL, len, prot, MAP_SHARED, mem, (off_t)at);

	return p == MAP_FAILED ? NULL : p;
}

static int find_ranges(struct nfit_range *range, struct why *reterr_why)
{
	auto_free char *table = NULL;
	int len = file_read_at(AT_FDCWD, NFIT, NFIT_MAX, &table);

	if (len < 0)
		return why_set(reterr_why, -ENOTSUP,
			       "cannot read '%s': %s; this kernel needs "
			       "CONFIG_ACPI, or the machine has no memory that "
			       "is shared with the host",
			       NFIT, strerror(-len));
	return nfit_read(table, (size_t)len, range, RANGE_MAX, reterr_why);
}

/* Take @range if it is one of ours. Return: 0 or -ENOTSUP. */
static int take_range(struct regions *r, const struct nfit_range *range,
		      struct why *reterr_why)
{
	uint64_t *magic = map(r->mem, range->base, WIRE_PAGE, PROT_READ), kind;

	if (!magic)
		return why_set(reterr_why, -ENOTSUP,
			       "cannot map the memory shared with the host "
			       "through /dev/mem: %s; this kernel needs "
			       "CONFIG_STRICT_DEVMEM off and no lockdown",
			       strerror(errno));
	kind = *magic;
	munmap(magic, WIRE_PAGE);
	if (kind == WIRE_JOB_MAGIC && range->size == WIRE_JOB_BYTES) {
		r->job_at = range->base;
		r->job = map(r->mem, range->base, 2 * WIRE_PAGE, PROT_READ);
	} else if (kind == WIRE_CHANNEL_MAGIC &&
		   range->size == WIRE_CHANNEL_BYTES) {
		r->channel = map(r->mem, range->base, WIRE_CHANNEL_BYTES,
				 PROT_READ | PROT_WRITE);
	}
	return 0;
}

int regions_find(struct regions *ret, struct why *reterr_why)
{
	struct nfit_range range[RANGE_MAX];
	int n;

	*ret = (struct regions){
		.mem = open("/dev/mem", O_RDWR | O_CLOEXEC),
	};
	if (ret->mem < 0)
		return why_set(reterr_why, -ENOTSUP,
			       "cannot open '/dev/mem': %s; this kernel needs "
			       "CONFIG_DEVMEM",
			       strerror(errno));
	n = find_ranges(range, reterr_why);
	for (int i = 0; i < n; i++) {
		int r = take_range(ret, &range[i], reterr_why);

		if (r < 0)
			return r;
	}
	if (n < 0)
		return n;
	if (!ret->job || !ret->channel)
		return why_set(reterr_why, -ENOTSUP,
			       "no memory that is shared with the host is "
			       "among the %d ranges of '%s'",
			       n, NFIT);
	ret->control = (const struct wire_control *)((const char *)ret->job +
						     WIRE_CONTROL_AT);
	/* A fork would copy the page tables of all of it. */
	(void)madvise(ret->channel, WIRE_CHANNEL_BYTES, MADV_DONTFORK);
	return 0;
}

static bool fits(uint64_t at, uint64_t len)
{
	return at >= WIRE_ARCHIVE_AT && at % WIRE_PAGE == 0 &&
	       at <= WIRE_JOB_BYTES && len <= WIRE_JOB_BYTES - at;
}

int regions_check(const struct wire_job *job, struct why *reterr_why)
{
	if (job->magic != WIRE_JOB_MAGIC || job->version != WIRE_VERSION)
		return why_set(reterr_why, -EBADMSG,
			       "the job region has version %u, not %u",
			       job->version, WIRE_VERSION);
	if (job->archive_len == 0 || !fits(job->archive_at, job->archive_len) ||
	    !fits(job->input_at, job->input_len) ||
	    (job->flags & WIRE_LIVE_INPUT && job->input_len != WIRE_RING_BYTES))
		return why_set(reterr_why, -EBADMSG,
			       "the job region's header is damaged");
	return 0;
}

const char *regions_map_job(const struct regions *r, uint64_t at, size_t len)
{
	return map(r->mem, r->job_at + at, len, PROT_READ);
}

void regions_unmap(const char *data, size_t len)
{
	munmap((void *)data, len);
}
