/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is refused as a stream of samples. */
#include <errno.h>

#include "tests/unit/t.h"
#include "vmm/mon/series.h"

/* No length, number or order of a stream is believed. */
TEST(a_stream_that_is_wrong_is_told)
{
	struct mon_series s;
	struct why why;
	struct mon_head good = { .kind = MON_SAMPLE,
				 .cpus = 1,
				 .own = -1,
				 .len = sizeof(struct mon_cpu) };

	for (int kind = 0; kind < 11; kind++) {
		struct {
			struct mon_head h;
			struct mon_cpu cpu[2];
		} r = { .h = good };
		size_t len = sizeof(good) + sizeof(struct mon_cpu);

		if (kind == 0)
			len--;
		else if (kind == 1)
			len = sizeof(good) - 1;
		else if (kind == 2)
			r.h.kind = 9;
		else if (kind == 3)
			r.h.len = UINT64_MAX;
		else if (kind == 4)
			r.h.cpus = 0;
		else if (kind == 5)
			r.h.own = 1;
		else if (kind == 6)
			r.h.cpus = 2;
		else if (kind == 7)
			r.h.cpus = MON_CPUS_MAX + 1;
		else if (kind == 8)
			r.h.kind = MON_COUNTS_OF;
		else if (kind == 9)
			r.h.kind = MON_DOMAINS; /* a part of one */
		else
			r.h.kind = MON_VCPUS; /* one and a half */
		why.text[0] = '\0';
		CHECK_INT(mon_series_read(&r, len, &s, &why), -EBADMSG);
		CHECK(why.text[0]);
		CHECK_INT(s.samples, 0);
		mon_series_done(&s);
	}
}
