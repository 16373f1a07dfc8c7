/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/repro/records.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int repro_records_check(const void *data, size_t len, uint64_t *last_ns,
			struct why *reterr_why)
{
	const char *from = data;
	struct repro_record r;

	if (len % sizeof(r) != 0)
		return why_set(reterr_why, -EBADMSG,
			       "%zu bytes are no records of %zu", len,
			       sizeof(r));
	for (size_t i = 0; i < len / sizeof(r); i++) {
		memcpy(&r, from + i * sizeof(r), sizeof(r));
		if (r.function >= REPRO_FUNCTIONS_MAX)
			return why_set(reterr_why, -EBADMSG,
				       "a record is of function %u, of %u",
				       r.function, REPRO_FUNCTIONS_MAX);
		if (r.kind > REPRO_TRIGGER)
			return why_set(reterr_why, -EBADMSG,
				       "a record is of unknown kind %u",
				       r.kind);
		if (!memchr(r.comm, '\0', sizeof(r.comm)))
			return why_set(reterr_why, -EBADMSG,
				       "a record has a name without an end");
		if (r.at_ns < *last_ns)
			return why_set(reterr_why, -EBADMSG,
				       "a record of %" PRIu64
				       " ns comes behind "
				       "one of %" PRIu64 " ns",
				       r.at_ns, *last_ns);
		*last_ns = r.at_ns;
	}
	return 0;
}

void repro_record_task(const struct repro_record *r, char ret[REPRO_TASK_BYTES])
{
	snprintf(ret, REPRO_TASK_BYTES, "%.15s[%" PRIu32 "]", r->comm, r->pid);
	for (char *at = ret; *at; at++) {
		if (*at < ' ' || *at > '~')
			*at = '?';
	}
}
