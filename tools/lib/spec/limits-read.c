/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits-read.c - weights, quotas and bounds of cgroups as tests spell them. */
#include <stdio.h>
#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/test-parts.h"

#define MS	  1000000ULL
#define SECOND_NS (1000 * MS)

void weight_read(const char *text, const struct place *at, struct diag *d,
		 unsigned int *ret)
{
	(void)read_count_at(text, at, "a weight", d, 1, CGROUP_WEIGHT_MAX, ret);
}

/*
 * "QUOTA/PERIOD". The kernel takes no quota below 1 ms and periods from 1 ms to
 * 1 s. Source: tg_set_cfs_bandwidth() of Linux 6.12, kernel/sched/core.c.
 */
void cpu_max_read(const char *text, const struct place *at, struct diag *d,
		  struct cpu_max *ret)
{
	struct cpu_max max = { 0 };
	size_t len = strcspn(text, "/");
	struct place quota = place_part(at, 0, len ? len : 1), period;
	char head[64];

	if (strcmp(text, "none") == 0) {
		*ret = max;
		return;
	}
	if (!text[len] || len >= sizeof(head)) {
		diag_add(d, at,
			 "CPU time is written QUOTA/PERIOD, such as "
			 "50ms/100ms, or none, not '%s'",
			 text);
		return;
	}
	snprintf(head, sizeof(head), "%.*s", (int)len, text);
	period = place_part(at, len + 1, strlen(text + len + 1));
	if (read_time_at(head, &quota, "the quota", d, MS, 60 * SECOND_NS,
			 &max.quota_ns) == 0 &&
	    read_time_at(text + len + 1, &period, "the period", d, MS,
			 SECOND_NS, &max.period_ns) == 0)
		*ret = max;
}

static bool read_percent(const struct value_word *w, struct diag *d,
			 unsigned int *ret)
{
	double percent;

	if (num_parse_percent(w->text, &percent) < 0 || percent > 100) {
		diag_add(d, &w->at,
			 "a bound of utilization is from 0%% to 100%%, not "
			 "'%s'",
			 w->text);
		return false;
	}
	*ret = (unsigned int)(percent * 100 + 0.5);
	return true;
}

void uclamp_read(const struct value_word word[2], struct diag *d,
		 struct uclamp *ret)
{
	struct uclamp u;

	if (!read_percent(&word[0], d, &u.min) ||
	    !read_percent(&word[1], d, &u.max))
		return;
	if (u.min > u.max)
		diag_add(d, &word[1].at,
			 "the maximum %s is below the minimum %s", word[1].text,
			 word[0].text);
	else
		*ret = u;
}
