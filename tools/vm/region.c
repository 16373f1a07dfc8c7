/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/region.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "tools/lib/msg.h"
#include "tools/vm/input.h"

/* Return: the archive's length. */
static uint64_t put_archive(struct wire *w, const struct job *job,
			    uint64_t *ret_unpacked)
{
	struct why why = { .text = "" };
	off_t end;
	int r;

	if (lseek(w->job_fd, WIRE_ARCHIVE_AT, SEEK_SET) < 0)
		die(EX_BROKEN, "cannot write a memory file: %m");
	r = archive_job(w->job_fd, job, ret_unpacked, &why);
	end = lseek(w->job_fd, 0, SEEK_CUR);
	if (r < 0 && (uint64_t)end > WIRE_JOB_BYTES - WIRE_PAGE)
		die(EX_USAGE,
		    "the files for the machine take more than %" PRIu64 " MiB",
		    WIRE_JOB_BYTES >> 20);
	if (r == -ENOENT || r == -EACCES || r == -ENOEXEC || r == -EEXIST ||
	    r == -EINVAL || r == -E2BIG)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	if (r < 0)
		die(EX_BROKEN, "%s", why.text);
	return (uint64_t)end - WIRE_ARCHIVE_AT;
}

/* All of the input, or the ring for what will come. Return: its length. */
static uint64_t put_input(struct wire *w, const struct job *job,
			  uint64_t archive_len, unsigned int timeout_s)
{
	uint64_t at = wire_input_at(archive_len);

	if (!job->input)
		return 0;
	if (job->clock == CLOCK_VIRTUAL)
		return input_read(w, at, timeout_s);
	if (at + WIRE_RING_BYTES > WIRE_JOB_BYTES)
		die(EX_USAGE, "the files for the machine leave no room for its "
			      "standard input");
	return WIRE_RING_BYTES;
}

uint64_t region_fill(struct wire *w, const struct job *job,
		     unsigned int timeout_s, bool live)
{
	uint64_t unpacked = 0;
	uint64_t archive_len = put_archive(w, job, &unpacked);
	uint64_t input_len = put_input(w, job, archive_len, timeout_s);
	bool ring = job->input && job->clock == CLOCK_REAL;
	struct why why;

	wire_put(w, archive_len, input_len,
		 (live ? WIRE_CHANNEL_WRAPS : 0) |
			 (ring ? WIRE_LIVE_INPUT : 0));
	if (ring && wire_input_begin(w, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	wire_seal(w);
	return unpacked;
}
